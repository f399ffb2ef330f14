/** Rows and padded length of a batch. */
export interface BatchShape {
  /** examples */
  readonly rows: number;
  /** tokens of each row, padding included */
  readonly length: number;
}

/** What one micro-batch of a shape takes. */
export interface MeasuredShape extends BatchShape {
  /** typical, once everything is ready */
  readonly seconds: number;
  /** what the first of this shape took beyond that: tracing, for executors that compile */
  readonly firstSeconds: number;
}

/** Parts of the cost of a batch: what every batch costs, what a token costs, what a pair of tokens of one row costs. */
const PARTS: readonly ((shape: BatchShape) => number)[] = [
  () => 1,
  ({ rows, length }) => rows * length,
  ({ rows, length }) => rows * length * length,
];

/** Sets of parts, those first that say most with fewest. */
const SETS: readonly (readonly number[])[] = [[1], [0, 1], [1, 2], [0, 1, 2], [0, 2], [2], [0]];

/**
 * Seconds of a batch of any shape, from some that were measured: the sum of a constant, a part in proportion to the
 * tokens and one to the pairs of tokens, none below zero, as near as can be to what was measured in proportion to it.
 * Shapes that were measured have the time that was measured.
 * @param measured at least one
 */
export function stepCost(measured: readonly MeasuredShape[]): (shape: BatchShape) => number {
  let best = { error: Infinity, weights: [] as readonly number[], parts: [] as readonly number[] };
  for (const parts of SETS) {
    if (parts.length > measured.length) continue;
    // Weighted by the time: a tenth of a short step counts as much as a tenth of a long one.
    const rows = measured.map((shape) => parts.map((part) => PARTS[part](shape) / shape.seconds));
    const weights = leastSquares(rows);
    if (!weights?.every((weight) => weight >= 0)) continue;
    const error = rows.reduce((sum, row) => sum + (dot(row, weights) - 1) ** 2, 0);
    if (error < best.error - 1e-12) best = { error, weights, parts };
  }
  const known = new Map(measured.map((shape) => [keyOf(shape), shape.seconds]));
  return (shape) =>
    known.get(keyOf(shape)) ??
    dot(
      best.parts.map((part) => PARTS[part](shape)),
      best.weights,
    );
}

/** Tells shapes apart. */
export function keyOf({ rows, length }: BatchShape): string {
  return `${rows}x${length}`;
}

/** The weights that bring every row nearest to 1; undefined where there is no single best. */
function leastSquares(rows: readonly (readonly number[])[]): number[] | undefined {
  const size = rows[0].length;
  // normal equations, solved by elimination: at most three unknowns
  const system = Array.from({ length: size }, (_, i) => [
    ...Array.from({ length: size }, (_, j) => rows.reduce((sum, row) => sum + row[i] * row[j], 0)),
    rows.reduce((sum, row) => sum + row[i], 0),
  ]);
  const scales = system.map((row, i) => row[i]);
  for (let column = 0; column < size; column++) {
    const pivot = system[column];
    if (!(pivot[column] > 1e-9 * scales[column])) return undefined;
    for (let i = 0; i < size; i++) {
      if (i === column) continue;
      const factor = system[i][column] / pivot[column];
      for (let j = column; j <= size; j++) system[i][j] -= factor * pivot[j];
    }
  }
  return system.map((row, i) => row[size] / row[i]);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
