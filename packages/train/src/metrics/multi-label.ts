import { averagePrecisionScore } from './precision-recall-curve.js';
import {
  countPositives,
  type PrecisionRecallF,
  type PrecisionRecallOptions,
  scoreOfClass,
} from './precision-recall.js';
import { weightedMean } from './multi-class-auc.js';
import { rocAucScore } from './roc.js';
import { sameLength } from './same-length.js';

/**
 * How labels become one figure: `micro` ranks all decisions together, `macro` means labels, `weighted` by how often they
 * hold, `samples` means examples.
 */
export type MultiLabelAverage = 'micro' | 'macro' | 'weighted' | 'samples';

/**
 * Area under the ROC curve of a multi-label problem, as scikit-learn's `roc_auc_score`.
 * @param labels [N, C] row-major, 0 or 1
 * @param scores [N, C] row-major
 * @param columns C
 * @returns in [0, 1]; NaN when a label (or for `samples` an example) has only one kind, unless its weight is 0
 * @throws TrainError `shape-mismatch`
 */
export function rocAucMultiLabel(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  columns: number,
  average: MultiLabelAverage = 'macro',
): number {
  sameLength('rocAucMultiLabel', labels, scores);
  return averaged(rocAucScore, labels, scores, columns, average);
}

/**
 * Average precision of a multi-label problem, as scikit-learn's `average_precision_score`.
 * @param labels [N, C] row-major, 0 or 1
 * @param scores [N, C] row-major
 * @param columns C
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function averagePrecisionMultiLabel(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  columns: number,
  average: MultiLabelAverage = 'macro',
): number {
  sameLength('averagePrecisionMultiLabel', labels, scores);
  return averaged(averagePrecisionScore, labels, scores, columns, average);
}

/**
 * Share of decisions that are wrong.
 * @param labels [N, C] row-major, 0 or 1
 * @param predictions [N, C] row-major, 0 or 1
 * @returns in [0, 1]; NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function hammingLoss(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('hammingLoss', labels, predictions);
  let wrong = 0;
  for (let i = 0; i < labels.length; i++) if (labels[i] !== predictions[i]) wrong += 1;
  return wrong / labels.length;
}

/**
 * Precision, recall and F of each example's labels, meaned over the examples.
 * @param labels [N, C] row-major, 0 or 1
 * @param predictions [N, C] row-major, 0 or 1
 * @param columns C
 * @returns NaN without examples
 * @throws TrainError `shape-mismatch`
 */
export function sampleScores(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  columns: number,
  options: PrecisionRecallOptions = {},
): PrecisionRecallF {
  sameLength('sampleScores', labels, predictions);
  const scores = Array.from({ length: labels.length / columns }, (_, row) =>
    scoreOfClass(
      countPositives(columns, (column) => [
        labels[row * columns + column] === 1,
        predictions[row * columns + column] === 1,
      ]),
      options,
    ),
  );
  const mean = (key: keyof PrecisionRecallF): number => weightedMean(scores.map((score) => score[key]));
  return { precision: mean('precision'), recall: mean('recall'), f: mean('f') };
}

function averaged(
  score: (labels: ArrayLike<number>, scores: ArrayLike<number>) => number,
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  columns: number,
  average: MultiLabelAverage,
): number {
  if (average === 'micro') return score(labels, scores);
  const rows = labels.length / columns;
  const [groups, size] = average === 'samples' ? [rows, columns] : [columns, rows];
  const at = (group: number, i: number): number =>
    average === 'samples' ? group * columns + i : i * columns + group;
  const part = (values: ArrayLike<number>, group: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => values[at(group, i)]);
  const figures: number[] = [];
  const support: number[] = [];
  for (let group = 0; group < groups; group++) {
    const own = part(labels, group);
    figures.push(score(own, part(scores, group)));
    support.push(own.reduce((sum, label) => sum + Number(label === 1), 0));
  }
  return weightedMean(figures, average === 'weighted' ? support : undefined);
}
