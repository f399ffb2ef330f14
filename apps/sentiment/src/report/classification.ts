import type { Example, LabelSpace } from '../data/labels.js';
import { classScores, mean, shareInterval, type ClassScores } from './statistics.js';

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

/** Index of the largest of `count` values from `start`; the first of equals. */
export function argMax(values: ArrayLike<number>, start: number, count: number): number {
  let best = 0;
  for (let at = 1; at < count; at++) {
    if ((values[start + at] ?? 0) > (values[start + best] ?? 0)) best = at;
  }
  return best;
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
  const count = names.length;
  const confusion = names.map(() => names.map(() => 0));
  const mistakes: Mistake[] = [];
  let right = 0;
  for (const [index, example] of examples.entries()) {
    const truth = example.target[0] ?? 0;
    const guess = argMax(probabilities, index * count, count);
    const row = confusion[truth];
    if (row) row[guess] = (row[guess] ?? 0) + 1;
    if (guess === truth) right++;
    else {
      mistakes.push({
        text: shownText(example),
        truth: names[truth] ?? '',
        guess: names[guess] ?? '',
        probability: probabilities[index * count + guess] ?? 0,
      });
    }
  }
  const classes = names.map((name, at) =>
    classScores(
      name,
      confusion[at]?.[at] ?? 0,
      confusion.reduce((sum, row) => sum + (row[at] ?? 0), 0),
      confusion[at]?.reduce((sum, value) => sum + value, 0) ?? 0,
    ),
  );
  return {
    kind: 'classification',
    examples: examples.length,
    accuracy: examples.length === 0 ? 0 : right / examples.length,
    interval: shareInterval(right, examples.length),
    macroF1: mean(classes.map(({ f1 }) => f1)),
    confusion,
    classes,
    mistakes: mistakes.sort((a, b) => b.probability - a.probability).slice(0, 5),
  };
}
