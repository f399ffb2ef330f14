import { TrainError } from '../errors.js';
import { rankedCounts, type RankedCounts } from './ranked-counts.js';

/** Points of a receiver operating characteristic, from nothing taken for positive to everything. */
export interface RocCurve {
  /** false positives / negatives, ascending from 0; NaN without negatives */
  readonly falsePositiveRates: Float64Array;
  /** true positives / positives, ascending from 0; NaN without positives */
  readonly truePositiveRates: Float64Array;
  /** score from which up all is positive, descending; the first is `Infinity` */
  readonly thresholds: Float64Array;
}

/**
 * The ROC curve with a point for each distinct score, as scikit-learn's `roc_curve(drop_intermediate=False)`.
 * @param labels [N], 1 is positive
 * @param scores [N], of any range
 * @throws TrainError `shape-mismatch`; `invalid-scores` without examples or with a NaN
 */
export function rocCurve(labels: ArrayLike<number>, scores: ArrayLike<number>): RocCurve {
  const counts = rankedOrThrow('rocCurve', labels, scores);
  return {
    falsePositiveRates: Float64Array.from([0, ...counts.falsePositives], (n) => n / counts.negatives),
    truePositiveRates: Float64Array.from([0, ...counts.truePositives], (n) => n / counts.positives),
    thresholds: Float64Array.from([Infinity, ...counts.thresholds]),
  };
}

/**
 * Area under the ROC curve: how often a positive has a higher score than a negative, ties counted half.
 * @param labels [N], 1 is positive
 * @param scores [N], of any range
 * @returns in [0, 1]; NaN without positives, without negatives, or with a NaN among the scores
 * @throws TrainError `shape-mismatch`
 */
export function rocAucScore(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const counts = rankedCounts('rocAucScore', labels, scores);
  if (!counts) return NaN;
  const { truePositives, falsePositives, positives, negatives } = counts;
  let doubled = 0; // twice the area in units of one positive by one negative: whole numbers, hence exact
  let [tp, fp] = [0, 0];
  for (let i = 0; i < truePositives.length; i++) {
    doubled += (falsePositives[i] - fp) * (truePositives[i] + tp);
    tp = truePositives[i];
    fp = falsePositives[i];
  }
  return doubled / 2 / (positives * negatives);
}

/**
 * As `rankedCounts`, for curves, which cannot be NaN.
 * @throws TrainError `shape-mismatch`, `invalid-scores`
 */
export function rankedOrThrow(
  where: string,
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): RankedCounts {
  const counts = rankedCounts(where, labels, scores);
  if (counts) return counts;
  const found = scores.length === 0 ? 'none' : 'a NaN';
  throw new TrainError(
    'invalid-scores',
    `${where}: expected at least one score, all numbers, found ${found}.`,
  );
}
