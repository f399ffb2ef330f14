import { occurring } from './confusion-matrix.js';
import { sameLength } from './same-length.js';

/**
 * Matthews correlation coefficient for any number of classes (Gorodkin 2004), as scikit-learn's `matthews_corrcoef`.
 * @returns in [-1, 1]; 0 when labels or predictions are all alike; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function matthewsCorrelation(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('matthewsCorrelation', labels, predictions);
  const total = labels.length;
  if (total === 0) return NaN;
  let right = 0;
  const actual = new Map<number, number>();
  const predicted = new Map<number, number>();
  for (let i = 0; i < total; i++) {
    if (labels[i] === predictions[i]) right += 1;
    actual.set(labels[i], (actual.get(labels[i]) ?? 0) + 1);
    predicted.set(predictions[i], (predicted.get(predictions[i]) ?? 0) + 1);
  }
  const classes = [...new Set([...occurring(labels, predictions), -1])];
  return matthewsOfTotals(
    right,
    classes.map((name) => actual.get(name) ?? 0),
    classes.map((name) => predicted.get(name) ?? 0),
  );
}

/**
 * Matthews correlation coefficient from counts.
 * @param right examples that are right
 * @param actual examples of each class
 * @param predicted examples predicted as each class
 * @returns as `matthewsCorrelation`
 */
export function matthewsOfTotals(
  right: number,
  actual: readonly number[],
  predicted: readonly number[],
): number {
  let [total, both, actualSquares, predictedSquares] = [0, 0, 0, 0];
  for (const [i, a] of actual.entries()) {
    const p = predicted[i];
    total += a;
    both += a * p;
    actualSquares += a * a;
    predictedSquares += p * p;
  }
  const spread = (total ** 2 - actualSquares) * (total ** 2 - predictedSquares);
  return spread === 0 ? 0 : (right * total - both) / Math.sqrt(spread);
}
