import { sameLength } from './same-length.js';

/**
 * Share of predictions that are right.
 * @param labels true class of each example
 * @param predictions predicted class of each example
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function accuracyScore(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('accuracyScore', labels, predictions);
  let right = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] === predictions[i]) right += 1;
  return right / labels.length;
}

/**
 * Share of examples all of whose labels are right.
 * @param labels [N, C] row-major, 0 or 1
 * @param predictions [N, C] row-major, 0 or 1
 * @param columns C
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function subsetAccuracyScore(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  columns: number,
): number {
  sameLength('subsetAccuracyScore', labels, predictions);
  const rows = labels.length / columns;
  let right = 0;
  for (let row = 0; row < rows; row++) {
    let same = true;
    for (let i = row * columns; i < (row + 1) * columns; i++) same &&= labels[i] === predictions[i];
    if (same) right += 1;
  }
  return right / rows;
}
