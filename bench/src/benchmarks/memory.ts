import { type Benchmark, chosen, type Context, outcome } from '../benchmark.js';
import { checkLosses } from '../checks.js';
import { type ChildRequest, failed, runChild } from '../child.js';
import { compare, type Compared, medianTimes, pythonPeer } from '../compare.js';
import { largestBatch } from '../largest-batch.js';
import { peerScript } from '../peer.js';
import { makeRow, type Row } from '../row.js';
import { oursRequest } from '../run-ours.js';
import { type Shape, shapeArguments, shapeName, shapeOf, smokeShape } from '../shape.js';
import type { TrainStepTiming } from '../work/requests.js';

const BASE = shapeOf(12, 768, 8, 128);
const REPEATS = { warmup: 1, steps: 2 };
const MEGABYTES = 1000;

/** Peak resident memory of training, and how large a batch fits, with and without recomputed activations. */
export const memory: Benchmark = {
  summary: 'peak memory of training and the largest batch that fits, with and without recomputed activations',
  needsPeer: () => true,
  async run(context) {
    const { settings, say } = context;
    const shape = settings.smoke ? smokeShape : BASE;
    const rows: Row[] = [];
    const all: { ours: TrainStepTiming[]; peer: TrainStepTiming[] } = { ours: [], peer: [] };
    const isWanted = (name: string): boolean => chosen([{ name }], settings).length > 0;
    for (const recompute of [false, true]) {
      const suffix = recompute ? ', recompute' : '';
      const name = `memory ${shapeName(shape)}${suffix}`;
      if (isWanted(name)) {
        const { ours, peer } = await comparePeaks(context, name, shape, recompute);
        all.ours.push(...ours);
        all.peer.push(...peer);
        rows.push(...peakRows(name, { ours, peer }, recompute || settings.smoke ? undefined : 1));
      }
      const { layers, hidden, length } = shape;
      const largest = `largest batch in ${settings.limitGb} GB, L${layers} D${hidden} T${length}${suffix}`;
      if (!isWanted(largest) || settings.smoke) continue;
      const found = await compareLargest(context, shape, recompute, (line) => say(`${largest}  ${line}`));
      rows.push(
        makeRow({ name: largest, unit: 'examples', better: 'higher', note: 'searched once', ...found }),
      );
    }
    return outcome(rows, all.ours, all.peer);
  },
};

function comparePeaks(
  context: Context,
  name: string,
  shape: Shape,
  recompute: boolean,
): Promise<Compared<TrainStepTiming>> {
  return compare(context, {
    name,
    ours: { kind: 'train-step', engine: engineOf(context), shape, recompute, ...REPEATS },
    peer: pythonPeer<TrainStepTiming>(context, 'train_step.py', peerArguments(shape, recompute, REPEATS)),
    check: checkLosses,
  });
}

function peakRows(
  name: string,
  { ours, peer }: Compared<TrainStepTiming>,
  atLeast: number | undefined,
): Row[] {
  const peaks = (timings: readonly TrainStepTiming[]): number[] =>
    timings.map(({ peak_rss_mb }) => peak_rss_mb);
  return [
    makeRow({ name, unit: 'MB', ours: peaks(ours), peer: peaks(peer), ...(atLeast && { atLeast }) }),
    makeRow({ name: `${name}, step`, unit: 'ms', ours: medianTimes(ours), peer: medianTimes(peer) }),
  ];
}

/** Of each side, by trying; a batch that exceeds the limit is stopped, not swapped. */
async function compareLargest(
  context: Context,
  shape: Shape,
  recompute: boolean,
  say: (line: string) => void,
): Promise<{ ours: number[]; peer: number[] }> {
  const { settings, peer } = context;
  const limitMb = settings.limitGb * MEGABYTES;
  const once = { warmup: 0, steps: 2 }; // the second step is the first with the optimiser's moments in place
  const search = (side: string, request: (shape: Shape) => ChildRequest): Promise<number> =>
    largestBatch(shape.batch, async (batch) => {
      const child = { ...request({ ...shape, batch }), limitMb };
      const result = await runChild(child);
      if (result.status !== 0 && !result.exceeded) throw failed(child, result);
      say(`${side}  batch ${batch}: ${result.exceeded ? 'does not fit' : `${result.peakMb?.toFixed(0)} MB`}`);
      return !result.exceeded;
    });
  const ours = await search('ours', (sized) =>
    oursRequest({ kind: 'train-step', engine: engineOf(context), shape: sized, recompute, ...once }),
  );
  if (!peer) return { ours: [ours], peer: [] };
  const theirs = await search('peer', (sized) => ({
    name: 'PyTorch',
    command: peer.python,
    args: [peerScript('train_step.py'), ...peerArguments(sized, recompute, once)],
  }));
  return { ours: [ours], peer: [theirs] };
}

function engineOf({ settings: { backend, jitCompile } }: Context): {
  backend: typeof backend;
  jitCompile: boolean;
} {
  return { backend, jitCompile };
}

function peerArguments(shape: Shape, recompute: boolean, repeats: typeof REPEATS): string[] {
  return [
    ...shapeArguments(shape),
    ...Object.entries(repeats).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ...(recompute ? ['--recompute'] : []),
  ];
}
