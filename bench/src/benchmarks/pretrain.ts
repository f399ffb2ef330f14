import { type Benchmark, chosen, outcome } from '../benchmark.js';
import { checkFirstLoss } from '../checks.js';
import { compare, pythonPeer } from '../compare.js';
import { makeRow, type Row } from '../row.js';
import { maskedPerText, type Shape, shapeArguments, shapeName, shapeOf, smokeShape } from '../shape.js';
import { median } from '../statistics.js';
import type { TrainStepTiming } from '../work/requests.js';

/** Tokens of our own small BERT's vocabulary. */
const SMALL_VOCABULARY = 8192;
const SMALL: Shape = { ...shapeOf(4, 256, 64, 128), vocab: SMALL_VOCABULARY };
const BASE = shapeOf(12, 768, 8, 128);

interface Case {
  readonly name: string;
  readonly shape: Shape;
  /** the peer scores the vocabulary at masked places only, as ours does, not everywhere, as Hugging Face does */
  readonly gather: boolean;
  readonly atLeast?: number;
}

const both = (shape: Shape, atLeast?: number): Case[] =>
  [false, true].map((gather) => ({
    name: `${shapeName(shape)} V${shape.vocab}, ${gather ? 'peer gathers masked places too' : 'as Hugging Face trains'}`,
    shape,
    gather,
    ...(atLeast !== undefined && { atLeast }),
  }));

const CASES = [...both(SMALL, 1.2), ...both(BASE, 1.2)];
const REPEATS = { warmup: 2, steps: 6 };

/** One step of pre-training (masked tokens and next sentence) with dropout on, against PyTorch. */
export const pretrain: Benchmark = {
  summary: 'one pre-training step, masked tokens and next sentence, against PyTorch',
  needsPeer: () => true,
  async run(context) {
    const { settings } = context;
    const { backend, jitCompile } = settings;
    const repeats = { ...REPEATS, ...(settings.steps && { steps: settings.steps }) };
    const rows: Row[] = [];
    const all: { ours: TrainStepTiming[]; peer: TrainStepTiming[] } = { ours: [], peer: [] };
    for (const { name, shape, gather, atLeast } of chosen(
      settings.smoke ? both(smokeShape) : CASES,
      settings,
    )) {
      const results = await compare<TrainStepTiming>(context, {
        name: `pretrain ${name}`,
        ours: { kind: 'pretrain-step', engine: { backend, jitCompile }, shape, ...repeats },
        peer: pythonPeer(context, 'pretrain_step.py', [
          ...shapeArguments(shape),
          ...['--masked', String(maskedPerText(shape))],
          ...['--warmup', String(repeats.warmup), '--steps', String(repeats.steps)],
          ...(gather ? ['--gather'] : []),
        ]),
        // Every token, and both answers, are equally likely at first.
        check: (side, result) => checkFirstLoss(side, result, Math.log(shape.vocab) + Math.LN2),
      });
      const perSecond = ({ times_ms }: TrainStepTiming): number =>
        (shape.batch * shape.length * 1000) / median(times_ms);
      rows.push(
        makeRow({
          name: `pretrain ${name}`,
          unit: 'tokens/s',
          better: 'higher',
          ours: results.ours.map(perSecond),
          peer: results.peer.map(perSecond),
          ...(atLeast !== undefined && { atLeast }),
        }),
      );
      all.ours.push(...results.ours);
      all.peer.push(...results.peer);
    }
    return outcome(rows, all.ours, all.peer);
  },
};
