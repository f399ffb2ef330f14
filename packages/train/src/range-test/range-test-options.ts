import type { BatchSizing } from '../batching.js';
import { rangeProblems, throwProblems } from '../errors.js';
import type { FitOptions } from '../fit-options.js';

/** Steps below which a curve shows nothing: they would be further apart than good rates are. */
const LEAST_STEPS = 20;

/** One optimiser step of a range test. */
export interface RangeTestStep {
  /** from 0 */
  readonly step: number;
  /** optimiser steps of the whole range */
  readonly totalSteps: number;
  /** of this step */
  readonly learningRate: number;
  /** weighted mean over the step, before its update */
  readonly loss: number;
  /** exponential moving average of the losses so far, bias-corrected */
  readonly smoothedLoss: number;
  /** examples in the step */
  readonly examples: number;
}

/** How to look for a learning rate. */
export interface RangeTestOptions extends BatchSizing {
  /** learning rate of the first step; default 1e-6 */
  readonly min?: number | undefined;
  /** learning rate of the last step; default 1 */
  readonly max?: number | undefined;
  /** optimiser steps from `min` to `max`, at least 20; default 100 */
  readonly steps?: number | undefined;
  /** share of the moving average of the losses that stays at each step, in [0, 1); default 0.9, and 0 smooths nothing */
  readonly smoothing?: number | undefined;
  /** ends the test at a smoothed loss of more than this many times the lowest one; above 1, `Infinity` never; default 4 */
  readonly divergence?: number | undefined;
  /** as `fit`'s; default 1 */
  readonly gradientAccumulationSteps?: number | undefined;
  /** as `fit`'s; default 0 */
  readonly seed?: number | undefined;
  /** as `fit`'s; default true */
  readonly shuffle?: boolean | undefined;
  /** as `fit`'s; default true */
  readonly groupByLength?: boolean | undefined;
  /** called after every step */
  readonly onStep?: ((step: RangeTestStep) => void) | undefined;
  /** ends the test after the current step */
  readonly signal?: AbortSignal | undefined;
}

/** What of the options is the range test's own, with defaults filled in. */
export interface RangeTestSettings {
  readonly min: number;
  readonly max: number;
  readonly steps: number;
  readonly smoothing: number;
  readonly divergence: number;
}

/**
 * Checks the options of a range test and fills in defaults.
 * @throws TrainError `invalid-options` with every problem
 */
export function rangeTestSettings(options: RangeTestOptions): RangeTestSettings {
  const { min = 1e-6, max = 1, steps = 100, smoothing = 0.9, divergence = 4 } = options;
  const problems = [
    ...rangeProblems({ min, max }, 'positive'),
    ...rangeProblems({ steps }, 'count'),
    ...rangeProblems({ smoothing }, 'fraction'),
  ];
  if (min >= max) problems.push(`min must be below max, found ${min} and ${max}`);
  if (steps < LEAST_STEPS) problems.push(`steps must be at least ${LEAST_STEPS}, found ${steps}`);
  if (!(divergence > 1)) problems.push(`divergence must be above 1, found ${divergence}`);
  throwProblems('findLearningRate', problems);
  return { min, max, steps, smoothing, divergence };
}

/** What `fit` would be called with for as many steps. */
export function fitOptionsOf(
  { batchSize, batchTokens, gradientAccumulationSteps, seed, shuffle, groupByLength }: RangeTestOptions,
  { steps }: RangeTestSettings,
): FitOptions<never, never> {
  const sizing = { batchSize, batchTokens };
  return { ...sizing, gradientAccumulationSteps, seed, shuffle, groupByLength, maxSteps: steps };
}
