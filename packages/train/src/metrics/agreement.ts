import { confusionMatrix, occurring } from './confusion-matrix.js';
import { sameLength } from './same-length.js';

/**
 * Mean recall of the classes that occur among the labels: accuracy as if all were as frequent.
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function balancedAccuracyScore(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('balancedAccuracyScore', labels, predictions);
  const tally = new Map(occurring(labels).map((name) => [name, { all: 0, right: 0 }]));
  for (let i = 0; i < labels.length; i++) {
    const of = tally.get(labels[i]);
    if (!of) continue;
    of.all += 1;
    if (labels[i] === predictions[i]) of.right += 1;
  }
  return [...tally.values()].reduce((sum, { all, right }) => sum + right / all, 0) / tally.size;
}

/**
 * Cohen's kappa: agreement beyond what chance would give (Cohen 1960).
 * @returns at most 1; 0 as by chance; NaN without examples, and where both name one and the same class only
 * @throws TrainError `shape-mismatch`
 */
export function cohenKappa(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  const { counts } = confusionMatrix(labels, predictions);
  const total = labels.length;
  if (total === 0) return NaN;
  let [observed, expected] = [0, 0];
  for (const [at, row] of counts.entries()) {
    observed += row[at] / total;
    const actual = row.reduce((sum, count) => sum + count, 0);
    const predicted = counts.reduce((sum, other) => sum + other[at], 0);
    expected += (actual / total) * (predicted / total);
  }
  return (observed - expected) / (1 - expected);
}

/**
 * Share of examples whose class is among the k of highest probability; of equal ones the higher class counts first, as in
 * scikit-learn.
 * @param labels class of each example, [N]
 * @param probabilities [N, C] row-major
 * @param columns C
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function topKAccuracyScore(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  columns: number,
  k = 2,
): number {
  sameLength('topKAccuracyScore', labels, { length: probabilities.length / columns });
  let right = 0;
  for (let row = 0; row < labels.length; row++) {
    const label = labels[row];
    const own = probabilities[row * columns + label];
    let before = 0;
    for (let column = 0; column < columns; column++) {
      const other = probabilities[row * columns + column];
      if (other > own || (other === own && column > label)) before += 1;
    }
    if (before < k && !Number.isNaN(own)) right += 1;
  }
  return right / labels.length;
}
