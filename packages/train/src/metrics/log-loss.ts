import { sameLength } from './same-length.js';

/**
 * Mean negative logarithm of the probability of the true class. Probabilities are clipped to [2.2e-16, 1 - 2.2e-16], as
 * scikit-learn does in float64.
 * @param labels class of each example, [N]
 * @param probabilities [N, C] row-major, rows sum to 1; with C = 1 the probability of class 1
 * @param columns C
 * @returns at least 0; NaN without examples, or with a label that is no column
 * @throws TrainError `shape-mismatch`
 */
export function logLossScore(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  columns = 1,
): number {
  sameLength('logLossScore', labels, { length: probabilities.length / columns });
  let total = 0;
  for (let i = 0; i < labels.length; i++) total -= Math.log(clip(probabilityOf(i, labels[i])));
  return total / labels.length;

  function probabilityOf(example: number, label: number): number {
    if (columns > 1) return label < columns ? probabilities[example * columns + label] : NaN;
    if (label === 1) return probabilities[example];
    return label === 0 ? 1 - probabilities[example] : NaN;
  }
}

function clip(probability: number): number {
  return Math.min(1 - Number.EPSILON, Math.max(Number.EPSILON, probability));
}
