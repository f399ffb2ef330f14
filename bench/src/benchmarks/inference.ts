import { type Benchmark, chosen, type Context, outcome } from '../benchmark.js';
import { checkProbabilities } from '../checks.js';
import { compare, type Compared, medianTimes, pythonPeer } from '../compare.js';
import { makeRow, type Row } from '../row.js';
import { type Shape, shapeArguments, shapeName, shapeOf, smokeShape } from '../shape.js';
import type { InferenceTiming } from '../work/requests.js';

const BASE = shapeOf(12, 768, 32, 128);
const SMALL = shapeOf(6, 384, 32, 32);

const CASES: readonly { readonly name: string; readonly shape: Shape; readonly atLeast?: number }[] = [
  { name: shapeName(BASE), shape: BASE, atLeast: 1.1 },
  { name: shapeName(SMALL), shape: SMALL },
];
const SMOKE: typeof CASES = [{ name: shapeName(smokeShape), shape: smokeShape }];

/** Predictions of one batch, from token ids to probabilities. */
export const inference: Benchmark = {
  summary: 'predictions of one batch, without dropout, against PyTorch',
  needsPeer: () => true,
  async run(context) {
    const { settings } = context;
    const rows: Row[] = [];
    const all: { ours: InferenceTiming[]; peer: InferenceTiming[] } = { ours: [], peer: [] };
    for (const { name, shape, ...promised } of chosen(settings.smoke ? SMOKE : CASES, settings)) {
      const { ours, peer } = await compareBatches(context, shape);
      rows.push(
        makeRow({
          name: `inference ${name}`,
          unit: 'ms',
          ours: medianTimes(ours),
          peer: medianTimes(peer),
          ...promised,
        }),
        makeRow({
          name: `inference ${name}, peak memory`,
          unit: 'MB',
          ours: ours.map(({ peak_rss_mb }) => peak_rss_mb),
          peer: peer.map(({ peak_rss_mb }) => peak_rss_mb),
        }),
      );
      all.ours.push(...ours);
      all.peer.push(...peer);
    }
    return outcome(rows, all.ours, all.peer);
  },
};

function compareBatches(context: Context, shape: Shape): Promise<Compared<InferenceTiming>> {
  const { backend, jitCompile, steps = 6 } = context.settings;
  const repeats = { warmup: 2, steps };
  return compare(context, {
    name: `inference ${shapeName(shape)}`,
    ours: { kind: 'inference', engine: { backend, jitCompile }, shape, ...repeats },
    peer: pythonPeer<InferenceTiming>(context, 'inference.py', [
      ...shapeArguments(shape),
      ...['--warmup', String(repeats.warmup), '--steps', String(steps)],
    ]),
    check: checkProbabilities,
  });
}
