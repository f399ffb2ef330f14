import { TrainError } from '../errors.js';
import { occurring } from './confusion-matrix.js';
import { rocAucScore } from './roc.js';
import { sameLength } from './same-length.js';

/** How areas under several ROC curves become one figure. */
export interface MultiClassAucOptions {
  /**
   * `ovr` (default): each class against the rest; `ovo`: each pair of classes that occur, on the examples of the two
   * (Hand and Till 2001), which does not mind unequal numbers
   */
  readonly multiClass?: 'ovr' | 'ovo' | undefined;
  /** `macro` (default): all alike; `weighted`: by how many examples a class, or a pair, has */
  readonly average?: 'macro' | 'weighted' | undefined;
}

/**
 * Area under the ROC curve of a problem with several classes, as scikit-learn's `roc_auc_score` with `labels`.
 * @param labels class of each example, [N]
 * @param probabilities [N, C] row-major
 * @param columns C, at least 2; with two it is that of class 1
 * @returns in [0, 1]; NaN without examples, with a single class, with a NaN among the probabilities, and for `ovr` with
 *   `macro` when a class does not occur
 * @throws TrainError `shape-mismatch`
 */
export function rocAucMultiClass(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  columns: number,
  { multiClass = 'ovr', average = 'macro' }: MultiClassAucOptions = {},
): number {
  sameLength('rocAucMultiClass', labels, { length: probabilities.length / columns });
  if (columns < 2) {
    throw new TrainError(
      'shape-mismatch',
      `rocAucMultiClass: expected at least 2 columns, found ${columns}.`,
    );
  }
  const rows = Array.from({ length: labels.length }, (_, row) => row);
  const areaOf = (name: number, among: readonly number[]): number => {
    const own = new Uint8Array(among.length);
    const scores = new Float64Array(among.length);
    for (let i = 0; i < among.length; i++) {
      own[i] = Number(labels[among[i]] === name);
      scores[i] = probabilities[among[i] * columns + name];
    }
    return rocAucScore(own, scores);
  };
  if (columns === 2) return areaOf(1, rows);

  if (multiClass === 'ovr') {
    const classes = Array.from({ length: columns }, (_, name) => name);
    const support = classes.map((name) => rows.filter((row) => labels[row] === name).length);
    return weightedMean(
      classes.map((name) => areaOf(name, rows)),
      average === 'macro' ? undefined : support,
    );
  }
  const present = occurring(labels);
  const pairs = present.flatMap((a, at) => present.slice(at + 1).map((b) => [a, b] as const));
  const areas: number[] = [];
  const sizes: number[] = [];
  for (const [a, b] of pairs) {
    const among = rows.filter((row) => labels[row] === a || labels[row] === b);
    areas.push((areaOf(a, among) + areaOf(b, among)) / 2);
    sizes.push(among.length);
  }
  return weightedMean(areas, average === 'macro' ? undefined : sizes);
}

/** Mean; a figure of weight 0 does not count, not even as NaN. NaN of nothing. */
export function weightedMean(values: readonly number[], weights?: readonly number[]): number {
  let [total, weight] = [0, 0];
  for (const [i, value] of values.entries()) {
    const share = weights?.[i] ?? 1;
    if (share === 0) continue;
    total += share * value;
    weight += share;
  }
  return total / weight;
}
