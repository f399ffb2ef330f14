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

/**
 * Root of the mean squared error, in the unit of the labels. NaN without examples.
 * @throws TrainError `shape-mismatch`
 */
export function rootMeanSquaredError(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  return Math.sqrt(meanSquaredError(labels, predictions));
}

/**
 * Largest absolute error. NaN without examples.
 * @throws TrainError `shape-mismatch`
 */
export function maxError(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('maxError', labels, predictions);
  let largest = labels.length === 0 ? NaN : 0;
  for (let i = 0; i < labels.length; i++) largest = Math.max(largest, Math.abs(labels[i] - predictions[i]));
  return largest;
}

/**
 * Share of the variance of the labels that is explained: as `r2Score`, but forgiving a constant offset.
 * @returns at most 1; NaN without examples; with constant labels 1 when the error is constant too, else 0
 * @throws TrainError `shape-mismatch`
 */
export function explainedVariance(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('explainedVariance', labels, predictions);
  const variance = (at: (index: number) => number): number => {
    const mean = meanOf(labels.length, at);
    return meanOf(labels.length, (i) => (at(i) - mean) ** 2);
  };
  const error = variance((i) => labels[i] - predictions[i]);
  const all = variance((i) => labels[i]);
  if (all === 0) return error === 0 ? 1 : 0;
  return 1 - error / all;
}

function meanOf(count: number, at: (index: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += at(i);
  return total / count;
}
