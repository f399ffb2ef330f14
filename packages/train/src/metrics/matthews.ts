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
  let [both, actualSquares, predictedSquares] = [0, 0, 0];
  for (const name of new Set([...occurring(labels, predictions), -1])) {
    const a = actual.get(name) ?? 0;
    const p = predicted.get(name) ?? 0;
    both += a * p;
    actualSquares += a * a;
    predictedSquares += p * p;
  }
  const spread = (total ** 2 - actualSquares) * (total ** 2 - predictedSquares);
  return spread === 0 ? 0 : (right * total - both) / Math.sqrt(spread);
}
