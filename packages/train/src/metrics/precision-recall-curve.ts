import { rankedCounts } from './ranked-counts.js';
import { rankedOrThrow } from './roc.js';

/** Points of a precision-recall curve, from everything taken for positive to nothing. */
export interface PrecisionRecallCurve {
  /** one more than thresholds: the last is 1, where nothing is taken for positive */
  readonly precision: Float64Array;
  /** descending; the last is 0. Without positives all others are 1. */
  readonly recall: Float64Array;
  /** score from which up all is positive, ascending */
  readonly thresholds: Float64Array;
}

/**
 * Precision and recall for each distinct score, as scikit-learn's `precision_recall_curve`.
 * @param labels [N], 1 is positive
 * @param scores [N], of any range
 * @throws TrainError `shape-mismatch`; `invalid-scores` without examples or with a NaN
 */
export function precisionRecallCurve(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
): PrecisionRecallCurve {
  const counts = rankedOrThrow('precisionRecallCurve', labels, scores);
  const { truePositives, falsePositives, positives, thresholds } = counts;
  const precision = truePositives.map((tp, i) => tp / (tp + falsePositives[i]));
  const recall = truePositives.map((tp) => (positives === 0 ? 1 : tp / positives));
  return {
    precision: Float64Array.from([...precision.reverse(), 1]),
    recall: Float64Array.from([...recall.reverse(), 0]),
    thresholds: thresholds.slice().reverse(),
  };
}

/**
 * Average precision, the area under the precision-recall curve without interpolation: the sum over thresholds of
 * (recall - recall before) * precision.
 * @param labels [N], 1 is positive
 * @param scores [N], of any range
 * @returns in [0, 1]; 0 without positives; NaN without examples or with a NaN among the scores
 * @throws TrainError `shape-mismatch`
 */
export function averagePrecisionScore(labels: ArrayLike<number>, scores: ArrayLike<number>): number {
  const counts = rankedCounts('averagePrecisionScore', labels, scores);
  if (!counts) return NaN;
  const { truePositives, falsePositives, positives } = counts;
  if (positives === 0) return 0;
  let area = 0;
  let before = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const tp = truePositives[i];
    area += ((tp - before) / positives) * (tp / (tp + falsePositives[i]));
    before = tp;
  }
  return area;
}
