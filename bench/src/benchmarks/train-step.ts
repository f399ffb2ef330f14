import { type Benchmark, chosen, type Context, outcome } from '../benchmark.js';
import { checkLosses } from '../checks.js';
import { compare, type Compared, medianTimes, pythonPeer } from '../compare.js';
import { makeRow, type Row } from '../row.js';
import { runOurs } from '../run-ours.js';
import { type Shape, shapeArguments, shapeName, shapeOf, smokeShape } from '../shape.js';
import type { TrainStepTiming } from '../work/requests.js';

interface Case {
  readonly name: string;
  readonly shape: Shape;
  readonly atLeast?: number;
  /** of peak memory */
  readonly memoryAtLeast?: number;
  /** of tracing and the first step, seconds */
  readonly firstAtMost?: number;
}

const MINI = shapeOf(4, 256, 32, 64);
const BASE = shapeOf(12, 768, 8, 128);

const AGAINST_TORCH: readonly Case[] = [
  { name: shapeName(MINI), shape: MINI, atLeast: 1.2 },
  { name: shapeName(BASE), shape: BASE, atLeast: 1.15, memoryAtLeast: 1, firstAtMost: 8 },
];
const AGAINST_TFJS: readonly Case[] = [{ name: shapeName(MINI), shape: MINI, atLeast: 6 }];
const SMOKE: readonly Case[] = [{ name: shapeName(smokeShape), shape: smokeShape }];

/** Warm-up and timed steps of ours and of the peer. */
const QUICK = { ours: { warmup: 2, steps: 6 }, peer: { warmup: 2, steps: 6 } };
// Plain TensorFlow.js takes many seconds a step, of which warming up would be a small part on either side.
const SLOW = { ours: { warmup: 0, steps: 2 }, peer: { warmup: 0, steps: 1 } };

/** One training step with dropout on: on native TensorFlow against PyTorch, on wasm against plain TensorFlow.js. */
export const trainStep: Benchmark = {
  summary:
    'one training step: on TensorFlow against PyTorch, with --backend wasm against plain TensorFlow.js',
  needsPeer: ({ backend }) => backend === 'tensorflow',
  async run(context) {
    const { settings } = context;
    const native = settings.backend === 'tensorflow';
    const cases = settings.smoke ? SMOKE : native ? AGAINST_TORCH : AGAINST_TFJS;
    const rows: Row[] = [];
    const all: { ours: TrainStepTiming[]; peer: TrainStepTiming[] } = { ours: [], peer: [] };
    for (const each of chosen(cases, settings)) {
      const results = await compareSteps(context, each.shape);
      rows.push(...rowsOf(each, results));
      all.ours.push(...results.ours);
      all.peer.push(...results.peer);
    }
    return outcome(rows, all.ours, all.peer);
  },
};

async function compareSteps(context: Context, shape: Shape): Promise<Compared<TrainStepTiming>> {
  const { backend, jitCompile, steps } = context.settings;
  const native = backend === 'tensorflow';
  const repeats = native ? QUICK : SLOW;
  const ours = { ...repeats.ours, ...(steps && { steps }) };
  const theirs = { ...repeats.peer, ...(steps && { steps }) };
  const engine = { backend, jitCompile };
  return compare(context, {
    name: `train-step ${shapeName(shape)}`,
    ours: { kind: 'train-step', engine, shape, ...ours },
    peer: native
      ? pythonPeer<TrainStepTiming>(context, 'train_step.py', [
          ...shapeArguments(shape),
          ...['--warmup', String(theirs.warmup), '--steps', String(theirs.steps)],
        ])
      : async () =>
          (await runOurs<TrainStepTiming>({ kind: 'tfjs-train-step', engine: { backend }, shape, ...theirs }))
            .result,
    check: checkLosses,
  });
}

function rowsOf({ name, ...promised }: Case, { ours, peer }: Compared<TrainStepTiming>): Row[] {
  const memory = ({ peak_rss_mb }: TrainStepTiming): number => peak_rss_mb;
  return [
    makeRow({
      name: `train-step ${name}`,
      unit: 'ms',
      ours: medianTimes(ours),
      peer: medianTimes(peer),
      ...(promised.atLeast !== undefined && { atLeast: promised.atLeast }),
    }),
    makeRow({
      name: `train-step ${name}, peak memory`,
      unit: 'MB',
      ours: ours.map(memory),
      peer: peer.map(memory),
      ...(promised.memoryAtLeast !== undefined && { atLeast: promised.memoryAtLeast }),
    }),
    makeRow({
      name: `train-step ${name}, first step with tracing`,
      unit: 's',
      ours: ours.map(({ first_ms }) => first_ms / 1000),
      peer: peer.map(({ first_ms }) => first_ms / 1000),
      ...(promised.firstAtMost !== undefined && { atMost: promised.firstAtMost }),
    }),
  ];
}
