import {
  meanAbsoluteError,
  meanSquaredError,
  pearsonCorrelation,
  r2Score,
  spearmanCorrelation,
} from '@bertune/train';

import type { Example } from '../data/labels.js';
import { shownText } from './classification.js';
import { regressionFigures, type Figure } from './figures.js';

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
  /** Further figures with their 95 % bootstrap intervals; none without examples. */
  readonly figures: readonly Figure[];
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
  const isConstant = truths.every((truth) => truth === truths[0]);
  return {
    kind: 'regression',
    examples: examples.length,
    meanSquaredError: meanSquaredError(truths, guesses),
    meanAbsoluteError: meanAbsoluteError(truths, guesses),
    r2: isConstant ? null : finite(r2Score(truths, guesses)),
    pearson: finite(pearsonCorrelation(truths, guesses)),
    spearman: finite(spearmanCorrelation(truths, guesses)),
    figures: regressionFigures(truths, guesses),
    mistakes: misses.sort((a, b) => Math.abs(b.truth - b.guess) - Math.abs(a.truth - a.guess)).slice(0, 5),
  };
}
