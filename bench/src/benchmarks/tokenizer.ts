import { type Benchmark, outcome } from '../benchmark.js';
import { measureGrowth } from '../tokenizer/linear.js';
import { compareSpeed } from '../tokenizer/speed.js';
import { withTexts } from '../tokenizer/texts.js';

/** Text to ids, against Hugging Face's tokenizers in Rust and in JavaScript, and how the cost grows. */
export const tokenizer: Benchmark = {
  summary:
    "text to ids, against Hugging Face's tokenizers in Rust and in JavaScript; growth, workers, training",
  needsPeer: () => true,
  peerPackages: ['tokenizers'],
  run: (context) =>
    withTexts(context, async (place) => {
      const { rows, results } = await compareSpeed(context, place);
      const { ours = [], ...peers } = results;
      const growth = await measureGrowth(context, place);
      const mine = [...ours, ...growth.results];
      const theirs = Object.values(peers).flat();
      const whole = outcome([...rows, ...growth.rows], mine, theirs);
      const engines = [...new Set(theirs.map(({ engine }) => engine))];
      return {
        ...whole,
        engines: { ...whole.engines, ...(engines.length > 0 && { peer: engines.join('; ') }) },
      };
    }),
};
