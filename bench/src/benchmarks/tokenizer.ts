import { type Benchmark, outcome } from '../benchmark.js';
import { measureGrowth } from '../tokenizer/growth.js';
import { compareSpeed } from '../tokenizer/speed.js';
import { withTexts } from '../tokenizer/texts.js';
import { compareTraining } from '../tokenizer/training.js';
import { measureWorkers } from '../tokenizer/workers.js';

/** Text to ids, against Hugging Face's tokenizers in Rust and in JavaScript, and how the cost grows. */
export const tokenizer: Benchmark = {
  summary:
    "text to ids, against Hugging Face's tokenizers in Rust and in JavaScript; growth, workers, training",
  needsPeer: () => true,
  peerPackages: ['tokenizers'],
  run: (context) =>
    withTexts(context, async (place) => {
      const parts = [
        await compareSpeed(context, place),
        await measureGrowth(context, place),
        await measureWorkers(context, place),
        await compareTraining(context, place),
      ];
      const peers = parts.flatMap(({ peer }) => peer);
      const whole = outcome(
        parts.flatMap(({ rows }) => rows),
        parts.flatMap(({ ours }) => ours),
        peers,
      );
      const engines = [...new Set(peers.map(({ engine }) => engine))];
      return {
        ...whole,
        engines: { ...whole.engines, ...(engines.length > 0 && { peer: engines.join('; ') }) },
      };
    }),
};
