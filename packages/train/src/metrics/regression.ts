import { sameLength } from './same-length.js';

/**
 * Mean squared error. NaN without examples.
 * @throws TrainError `shape-mismatch`
 */
export function meanSquaredError(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('meanSquaredError', labels, predictions);
  return meanOf(labels.length, (i) => (labels[i] - predictions[i]) ** 2);
}

/**
 * Mean absolute error. NaN without examples.
 * @throws TrainError `shape-mismatch`
 */
export function meanAbsoluteError(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('meanAbsoluteError', labels, predictions);
  return meanOf(labels.length, (i) => Math.abs(labels[i] - predictions[i]));
}

/**
 * Coefficient of determination: 1 - squared error / squared deviation from the mean of the labels. As in scikit-learn,
 * labels that are all alike give 1 when they are met exactly and 0 otherwise.
 * @returns at most 1; NaN with fewer than two examples
 * @throws TrainError `shape-mismatch`
 */
export function r2Score(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('r2Score', labels, predictions);
  if (labels.length < 2) return NaN;
  const mean = meanOf(labels.length, (i) => labels[i]);
  const deviation = meanOf(labels.length, (i) => (labels[i] - mean) ** 2);
  const error = meanSquaredError(labels, predictions);
  if (deviation === 0) return error === 0 ? 1 : 0;
  return 1 - error / deviation;
}

function meanOf(count: number, at: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += at(i);
  return total / count;
}
