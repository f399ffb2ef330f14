import { meanAbsoluteError, meanSquaredError, pearsonCorrelation, spearmanCorrelation } from '@bertune/train';

import type { Example } from '../data/labels.js';
import { shownText } from './classification.js';

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
  /** Spearman's rank correlation, as `pearson`. */
  readonly spearman: number | null;
  /** The five guesses farthest from the truth. */
  readonly mistakes: readonly Miss[];
}

/** JSON has no NaN. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Report on regression. @param values [N] */
export function regressionReport(examples: readonly Example[], values: ArrayLike<number>): RegressionReport {
  const misses = examples.map((example, index) => ({
    text: shownText(example),
    truth: example.target[0] ?? 0,
    guess: values[index] ?? 0,
  }));
  const truths = misses.map(({ truth }) => truth);
  const guesses = misses.map(({ guess }) => guess);
  const squaredError = meanSquaredError(truths, guesses);
  const centre = truths.reduce((sum, truth) => sum + truth, 0) / truths.length;
  const variance = meanSquaredError(
    truths,
    truths.map(() => centre),
  );
  return {
    kind: 'regression',
    examples: examples.length,
    meanSquaredError: squaredError,
    meanAbsoluteError: meanAbsoluteError(truths, guesses),
    r2: variance === 0 ? null : 1 - squaredError / variance,
    pearson: finite(pearsonCorrelation(truths, guesses)),
    spearman: finite(spearmanCorrelation(truths, guesses)),
    mistakes: misses.sort((a, b) => Math.abs(b.truth - b.guess) - Math.abs(a.truth - a.guess)).slice(0, 5),
  };
}
