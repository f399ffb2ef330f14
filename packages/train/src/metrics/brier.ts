import { sameLength } from './same-length.js';

/**
 * Brier score: mean squared error of probabilities (Brier 1950).
 * @param labels class of each example, [N]
 * @param probabilities [N, C] row-major; with C = 1 the probability of class 1
 * @param columns C; of several, squares are summed over the classes, in [0, 2] instead of [0, 1]
 * @returns at least 0; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function brierScore(labels: ArrayLike<number>, probabilities: ArrayLike<number>, columns = 1): number {
  sameLength('brierScore', labels, { length: probabilities.length / columns });
  let total = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const label = labels[Math.floor(i / columns)];
    const truth = columns === 1 ? label : Number(label === i % columns);
    total += (probabilities[i] - truth) ** 2;
  }
  return total / labels.length;
}
