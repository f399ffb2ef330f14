import type { BatchShape, MeasuredShape } from './step-cost.js';
import type { PlannedShape } from './planned-work.js';

/** Shapes that are tried out at most, and how often each. */
const MOST_SHAPES = 3;
const MOST_RUNS = 6;

/** What trying out may take: so many seconds, or this share of what the run is going to take, whichever is more. */
const LEAST_SECONDS = 1;
const SHARE = 0.02;

/** Runs one micro-batch of a shape. @returns seconds */
export type RunShape = (shape: PlannedShape) => Promise<number>;

/**
 * Tries some shapes out: the largest, which tells whether memory suffices, the one that the run spends most time with, and
 * the smallest. Ends early where that has taken long enough.
 * @param shapes of the run, the largest first; at least one
 * @param isFull whether a shape has as many rows as there can be; others come so seldom that they are not compiled, and
 *   tell little of those that are
 * @param run called at least twice, with the largest shape
 */
export async function measureShapes(
  shapes: readonly PlannedShape[],
  isFull: (shape: BatchShape) => boolean,
  run: RunShape,
): Promise<MeasuredShape[]> {
  const chosen = chooseShapes(shapes, isFull);
  const tokens = shapes.reduce((sum, shape) => sum + shape.count * size(shape), 0);
  const measured: MeasuredShape[] = [];
  let spent = 0;
  let budget = LEAST_SECONDS;
  for (const [at, shape] of chosen.entries()) {
    if (at > 0 && spent > budget) break;
    const first = await run(shape);
    spent += first;
    const times: number[] = [];
    while (times.length < MOST_RUNS && (times.length === 0 || spent < (budget * (at + 1)) / chosen.length)) {
      const seconds = await run(shape);
      spent += seconds;
      times.push(seconds);
      if (at === 0) budget = Math.max(LEAST_SECONDS, (SHARE * tokens * median(times)) / size(shape));
    }
    const seconds = median(times);
    const { rows, length } = shape;
    measured.push({ rows, length, seconds, firstSeconds: Math.max(0, first - seconds) });
  }
  return measured;
}

/** The largest; of the full ones that come often that with most tokens in all, and the smallest; no shape twice. */
export function chooseShapes(
  shapes: readonly PlannedShape[],
  isFull: (shape: BatchShape) => boolean,
): PlannedShape[] {
  const [largest] = shapes;
  const often = shapes.filter((shape) => shape.count >= 2 && isFull(shape));
  const longest = often.reduce(
    (a, b) => (b.count * size(b) > a.count * size(a) ? b : a),
    often[0] ?? largest,
  );
  return [...new Set([largest, longest, often.at(-1) ?? largest])].slice(0, MOST_SHAPES);
}

function size({ rows, length }: BatchShape): number {
  return rows * length;
}

/** Of two the smaller: what disturbs a run makes it longer. */
function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1];
}
