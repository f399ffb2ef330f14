import { rangeProblems, throwProblems } from './errors.js';

/** How many padded lengths there may be, and what they serve. */
export interface LengthBucketsOptions {
  /** padded lengths at most */
  readonly count: number;
  /** what every padded length is a multiple of; default 1 */
  readonly multipleOf?: number | undefined;
  /**
   * Padded tokens that a further length must save, over the lengths given, to be worth having: the price of one more
   * shape to compile, divided by how often the data is gone through. Default 0.
   */
  readonly price?: number | undefined;
  /**
   * Examples in a batch, where that is fixed: the longest of a batch then sets what the others are padded to, and the
   * best lengths are those of the batches. Default 1.
   */
  readonly batchSize?: number | undefined;
}

/**
 * The few lengths to pad to that waste least: exact, by dynamic programming over the distribution of the lengths. Time
 * grows with `count` and the square of the number of different lengths.
 * @param lengths tokens of each example; at least one
 * @returns ascending; the last holds the longest example
 * @throws TrainError `invalid-options`
 * @example lengthBuckets([3, 3, 3, 4, 9, 10], { count: 2 }) // [4, 10]
 */
export function lengthBuckets(lengths: ArrayLike<number>, options: LengthBucketsOptions): number[] {
  const { count, multipleOf = 1, price = 0, batchSize = 1 } = options;
  throwProblems('lengthBuckets', [
    ...rangeProblems({ count, multipleOf, batchSize }, 'count'),
    ...rangeProblems({ price }, 'non-negative'),
    ...(lengths.length === 0 ? ['lengths must have at least one, found none'] : []),
  ]);
  const { values, before } = distribution(lengths, multipleOf, batchSize);
  const n = values.length;
  // cost[j]: padded tokens of the j shortest lengths in k buckets; start[k][j]: where the last of these begins
  let cost = Float64Array.from({ length: n + 1 }, (_, j) => (j === 0 ? 0 : Infinity));
  const start: Int32Array[] = [];
  let best = { buckets: 0, total: Infinity };
  for (let k = 0; k < Math.min(count, n); k++) {
    const next = new Float64Array(n + 1).fill(Infinity);
    const from = new Int32Array(n + 1);
    for (let j = 1; j <= n; j++) {
      for (let i = from[j - 1]; i < j; i++) {
        // the best start never moves back as j grows, for the cost of a bucket fulfils the quadrangle inequality
        const total = cost[i] + values[j - 1] * (before[j] - before[i]);
        if (total < next[j]) {
          next[j] = total;
          from[j] = i;
        }
      }
    }
    start.push(from);
    cost = next;
    const total = cost[n] + price * (k + 1);
    if (total < best.total) best = { buckets: k + 1, total };
  }
  const buckets: number[] = [];
  for (let k = best.buckets - 1, j = n; k >= 0; k--) {
    buckets.unshift(values[j - 1]);
    j = start[k][j];
  }
  return buckets;
}

/**
 * Pads to the shortest bucket that holds a text, for `Dataset.paddedLength`. One longer than all buckets is padded to
 * its own length.
 * @param buckets ascending
 */
export function padToBuckets(buckets: readonly number[]): (longest: number) => number {
  return (longest) => buckets.find((bucket) => bucket >= longest) ?? longest;
}

/** The different lengths that set what is padded to, ascending, and how many examples are shorter than each. */
function distribution(
  lengths: ArrayLike<number>,
  multipleOf: number,
  batchSize: number,
): { readonly values: readonly number[]; readonly before: readonly number[] } {
  const descending = Float64Array.from(lengths).sort().reverse();
  const rows = new Map<number, number>(); // by padded length
  for (let first = 0; first < descending.length; first += batchSize) {
    const padded = Math.ceil(descending[first] / multipleOf) * multipleOf;
    const batch = Math.min(batchSize, descending.length - first);
    rows.set(padded, (rows.get(padded) ?? 0) + batch);
  }
  const values = [...rows.keys()].reverse();
  const before = [0];
  for (const value of values) before.push(before[before.length - 1] + (rows.get(value) ?? 0));
  return { values, before };
}
