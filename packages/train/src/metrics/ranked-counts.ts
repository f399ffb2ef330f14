import { sameLength } from './same-length.js';

/** What is counted when everything from a score up is taken for positive, for each distinct score. */
export interface RankedCounts {
  /** distinct scores, from the highest down */
  readonly thresholds: Float64Array;
  /** positives with at least that score */
  readonly truePositives: Float64Array;
  /** negatives with at least that score */
  readonly falsePositives: Float64Array;
  /** all positives */
  readonly positives: number;
  /** all negatives */
  readonly negatives: number;
}

/**
 * Counts true and false positives for every threshold in one pass over the sorted scores; equal scores share one.
 * @param labels [N], 1 is positive, everything else negative
 * @param scores [N], of any range
 * @returns undefined without examples or when a score is NaN, which has no place in the order
 * @throws TrainError `shape-mismatch`
 */
export function rankedCounts(
  where: string,
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): RankedCounts | undefined {
  sameLength(where, labels, scores);
  const values = Float64Array.from(scores);
  if (values.length === 0 || values.some(Number.isNaN)) return undefined;
  const order = Uint32Array.from(values.keys()).sort((a, b) => values[b] - values[a]);
  const thresholds: number[] = [];
  const truePositives: number[] = [];
  const falsePositives: number[] = [];
  let [positives, negatives] = [0, 0];
  for (const [at, index] of order.entries()) {
    if (labels[index] === 1) positives += 1;
    else negatives += 1;
    if (at + 1 < order.length && values[order[at + 1]] === values[index]) continue;
    thresholds.push(values[index]);
    truePositives.push(positives);
    falsePositives.push(negatives);
  }
  return {
    thresholds: Float64Array.from(thresholds),
    truePositives: Float64Array.from(truePositives),
    falsePositives: Float64Array.from(falsePositives),
    positives,
    negatives,
  };
}
