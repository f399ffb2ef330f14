import { argMax } from '@bertune/train';

import type { Example, LabelSpace } from '../data/labels.js';
import type { Report } from '../report/format.js';

/** Examples, and what the model says of them. */
export interface Evaluation {
  /** Which examples: `test` or `valid`. */
  readonly of: string;
  readonly examples: readonly Example[];
  readonly labels: LabelSpace;
  /** Probabilities [N, C] row-major, or values [N] for regression. */
  readonly scores: ArrayLike<number>;
  /** Tokens of each example as the model reads it, [N]. */
  readonly lengths: readonly number[];
  /** The figures of it. */
  readonly report: Report;
}

/** Columns of the scores. */
export function columnsOf({ labels }: Pick<Evaluation, 'labels'>): number {
  return labels.task === 'regression' ? 1 : labels.names.length;
}

/** Scores of one example, [C]. */
export function rowOf(evaluation: Pick<Evaluation, 'labels' | 'scores'>, example: number): number[] {
  const columns = columnsOf(evaluation);
  return Array.from({ length: columns }, (_, at) => evaluation.scores[example * columns + at] ?? NaN);
}

/** Class that the model says, of a task with one class an example. */
export function guessOf(evaluation: Pick<Evaluation, 'labels' | 'scores'>, example: number): number {
  return argMax(rowOf(evaluation, example));
}

/** How far off the model is on each example: of classes 0 right or 1 wrong, of values the distance. */
export function errorsOf(evaluation: Evaluation): number[] {
  const { examples, labels } = evaluation;
  return examples.map(({ target }, at) => {
    switch (labels.task) {
      case 'regression':
        return Math.abs((target[0] ?? 0) - (rowOf(evaluation, at)[0] ?? 0));
      case 'multi-label':
        return Number(rowOf(evaluation, at).some((score, label) => Number(score >= 0.5) !== target[label]));
      default:
        return Number(guessOf(evaluation, at) !== target[0]);
    }
  });
}
