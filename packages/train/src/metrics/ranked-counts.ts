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
  const order = descending(scores);
  if (!order) return undefined;
  const thresholds = new Float64Array(order.length);
  const truePositives = new Float64Array(order.length);
  const falsePositives = new Float64Array(order.length);
  let [positives, negatives, distinct] = [0, 0, 0];
  for (let at = 0; at < order.length; at++) {
    const index = order[at];
    if (labels[index] === 1) positives += 1;
    else negatives += 1;
    if (at + 1 < order.length && scores[order[at + 1]] === scores[index]) continue;
    thresholds[distinct] = scores[index];
    truePositives[distinct] = positives;
    falsePositives[distinct] = negatives;
    distinct += 1;
  }
  return {
    thresholds: thresholds.slice(0, distinct),
    truePositives: truePositives.slice(0, distinct),
    falsePositives: falsePositives.slice(0, distinct),
    positives,
    negatives,
  };
}

/** Positions from the highest score down; scores that come in order, as resampled ones may, are not sorted again. */
function descending(scores: ArrayLike<number>): Uint32Array | undefined {
  const order = new Uint32Array(scores.length);
  let [isFalling, isRising] = [true, true];
  for (let i = 0; i < order.length; i++) {
    order[i] = i;
    if (Number.isNaN(scores[i])) return undefined;
    if (i === 0) continue;
    isFalling &&= scores[i] <= scores[i - 1];
    isRising &&= scores[i] >= scores[i - 1];
  }
  if (order.length === 0) return undefined;
  if (isFalling) return order;
  return isRising ? order.reverse() : order.sort((a, b) => scores[b] - scores[a]);
}
