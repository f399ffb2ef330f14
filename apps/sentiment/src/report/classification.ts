import { accuracyScore, argMax, averageScore, classCounts, confusionMatrix } from '@bertune/train';

import type { Example, LabelSpace } from '../data/labels.js';
import { classificationFigures, type Figure } from './figures.js';
import { classScores, shareInterval, type ClassScores } from './statistics.js';

/** A text whose class was guessed wrong. */
export interface Mistake {
  /** The text; a pair is joined by ` / `. */
  readonly text: string;
  /** Its label. */
  readonly truth: string;
  /** What the model says. */
  readonly guess: string;
  /** How sure the model is of its guess. */
  readonly probability: number;
}

/** How well one class of several is told. */
export interface ClassificationReport {
  /** Kind of report. */
  readonly kind: 'classification';
  /** Number of examples. */
  readonly examples: number;
  /** Share of right guesses. */
  readonly accuracy: number;
  /** Wilson's 95 % interval of the accuracy. */
  readonly interval: readonly [number, number];
  /** Mean F1 of the classes. */
  readonly macroF1: number;
  /** Further figures with their 95 % bootstrap intervals; none without examples. */
  readonly figures: readonly Figure[];
  /** Examples by true class (row) and guessed class (column). */
  readonly confusion: readonly (readonly number[])[];
  /** Scores by class. */
  readonly classes: readonly ClassScores[];
  /** The five wrong guesses with the highest probability. */
  readonly mistakes: readonly Mistake[];
}

/** Text of an example in a report. */
export function shownText({ text, pair }: Example): string {
  return pair === undefined ? text : `${text} / ${pair}`;
}

/**
 * Report on single-label and sigmoid tasks.
 * @param probabilities [N, C] row-major, one row an example
 */
export function classificationReport(
  examples: readonly Example[],
  probabilities: ArrayLike<number>,
  { names }: LabelSpace,
): ClassificationReport {
  const columns = names.length;
  const labels = examples.map(({ target }) => target[0] ?? 0);
  const rows = Float32Array.from(probabilities);
  const predictions = labels.map((_, at) => argMax(rows.subarray(at * columns, (at + 1) * columns)));
  const classes = names.map((_, at) => at);
  const counts = classCounts(labels, predictions, { classes });
  const mistakes = examples
    .map((example, at) => ({
      text: shownText(example),
      truth: names[labels[at] ?? 0] ?? '',
      guess: names[predictions[at] ?? 0] ?? '',
      probability: probabilities[at * columns + (predictions[at] ?? 0)] ?? 0,
    }))
    .filter(({ truth, guess }) => truth !== guess);
  const right = examples.length - mistakes.length;
  return {
    kind: 'classification',
    examples: examples.length,
    accuracy: examples.length === 0 ? 0 : accuracyScore(labels, predictions),
    interval: shareInterval(right, examples.length),
    macroF1: averageScore(counts, 'macro').f,
    figures: classificationFigures({ labels, predictions, scores: probabilities }, columns),
    confusion: confusionMatrix(labels, predictions, { classes }).counts,
    classes: counts.map((count, at) => classScores(names[at] ?? '', count)),
    mistakes: mistakes.sort((a, b) => b.probability - a.probability).slice(0, 5),
  };
}
