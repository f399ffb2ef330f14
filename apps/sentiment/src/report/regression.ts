import type { Example } from '../data/labels.js';
import { shownText } from './classification.js';
import { mean, pearson } from './statistics.js';

/** A value far from the truth. */
export interface Miss {
  /** The text. */
  readonly text: string;
  /** Its label. */
  readonly truth: number;
  /** What the model says. */
  readonly guess: number;
}

/** How well a number is told. */
export interface RegressionReport {
  /** Kind of report. */
  readonly kind: 'regression';
  /** Number of examples. */
  readonly examples: number;
  /** Mean squared error. */
  readonly meanSquaredError: number;
  /** Mean absolute error. */
  readonly meanAbsoluteError: number;
  /** Share of the variance that is explained; null when the truth is constant. */
  readonly r2: number | null;
  /** Pearson's correlation of guess and truth; null when one of them is constant. */
  readonly pearson: number | null;
  /** The five guesses farthest from the truth. */
  readonly mistakes: readonly Miss[];
}

/** Report on regression. @param values [N] */
export function regressionReport(examples: readonly Example[], values: ArrayLike<number>): RegressionReport {
  const misses = examples.map((example, index) => ({
    text: shownText(example),
    truth: example.target[0] ?? 0,
    guess: values[index] ?? 0,
  }));
  const truths = misses.map(({ truth }) => truth);
  const centre = mean(truths);
  const meanSquaredError = mean(misses.map(({ truth, guess }) => (truth - guess) ** 2));
  const variance = mean(truths.map((truth) => (truth - centre) ** 2));
  const correlation = pearson(
    truths,
    misses.map(({ guess }) => guess),
  );
  return {
    kind: 'regression',
    examples: examples.length,
    meanSquaredError,
    meanAbsoluteError: mean(misses.map(({ truth, guess }) => Math.abs(truth - guess))),
    r2: variance === 0 ? null : 1 - meanSquaredError / variance,
    pearson: Number.isFinite(correlation) ? correlation : null,
    mistakes: misses.sort((a, b) => Math.abs(b.truth - b.guess) - Math.abs(a.truth - a.guess)).slice(0, 5),
  };
}
