import { type BatchSizing, DEFAULT_BATCH_SIZE } from './batching.js';
import type { Callback } from './callbacks/callback.js';
import type { Dataset } from './dataset.js';
import { rangeProblems, throwProblems } from './errors.js';

/** How to run `evaluate` and `predict`. */
export interface EvaluateOptions extends BatchSizing {
  /** ends at the next batch with TrainError `aborted` */
  readonly signal?: AbortSignal | undefined;
  /** called by `evaluate` only */
  readonly callbacks?: readonly Callback[] | undefined;
}

/** How to run `fit`. */
export interface FitOptions<Example, Batch extends object> extends BatchSizing {
  /** times through the data; default 1, or as many as `maxSteps` needs */
  readonly epochs?: number | undefined;
  /** optimiser steps after which the run ends, whatever `epochs` says */
  readonly maxSteps?: number | undefined;
  /** optimiser steps after which an epoch ends; default: all its batches */
  readonly stepsPerEpoch?: number | undefined;
  /** micro-batches whose gradients make up one optimiser step; default 1 */
  readonly gradientAccumulationSteps?: number | undefined;
  /** of shuffling and dropout, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
  /** whether the order of examples and batches is random; default true */
  readonly shuffle?: boolean | undefined;
  /** whether texts of like length share a batch; default true */
  readonly groupByLength?: boolean | undefined;
  /**
   * Optimiser steps that a former run has taken: their batches are left out. With the parameters and the imported
   * optimiser state of that run the rest is what it would have done; figures of the epoch it broke off in are those of
   * its rest. Whole epochs before it are passed over, validation included: where the signal came during the validation
   * after an epoch's last step, that epoch is in the history of neither run, and `evaluate` with the parameters of the
   * former gives its figures. Default 0.
   */
  readonly initialStep?: number | undefined;
  /** evaluated at the end of every epoch, with the same batch size */
  readonly validationData?: Dataset<Example, Batch> | undefined;
  /** called at every stage, in order */
  readonly callbacks?: readonly Callback[] | undefined;
  /** ends training after the current step; `fit` then returns with what was done so far */
  readonly signal?: AbortSignal | undefined;
}

/** Options with their defaults filled in. */
export interface FitSettings {
  readonly sizing: BatchSizing;
  readonly epochs: number;
  readonly maxSteps: number;
  readonly stepsPerEpoch: number;
  readonly gradientAccumulationSteps: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly groupByLength: boolean;
  readonly initialStep: number;
}

/**
 * Checks the options of a run and fills in defaults.
 * @throws TrainError `invalid-options` with every problem
 */
export function fitSettings(options: Omit<FitOptions<unknown, object>, 'validationData'>): FitSettings {
  const { maxSteps, stepsPerEpoch, gradientAccumulationSteps = 1, seed = 0, initialStep = 0 } = options;
  const { epochs = maxSteps === undefined ? 1 : Infinity, shuffle = true, groupByLength = true } = options;
  const given = options.epochs;
  throwProblems('fit', [
    ...sizingProblems(options),
    ...rangeProblems({ epochs: given, maxSteps, stepsPerEpoch, gradientAccumulationSteps }, 'count'),
    ...rangeProblems({ seed }, 'uint32'),
    ...rangeProblems({ initialStep }, 'index'),
  ]);
  return {
    sizing: sizingOf(options),
    epochs,
    maxSteps: maxSteps ?? Infinity,
    stepsPerEpoch: stepsPerEpoch ?? Infinity,
    gradientAccumulationSteps,
    seed,
    shuffle,
    groupByLength,
    initialStep,
  };
}

/**
 * Checks the batch size of an evaluation and fills in the default.
 * @throws TrainError `invalid-options`
 */
export function evaluateSizing(where: string, options: BatchSizing): BatchSizing {
  throwProblems(where, sizingProblems(options));
  return sizingOf(options);
}

function sizingProblems({ batchSize, batchTokens }: BatchSizing): string[] {
  const both = batchSize !== undefined && batchTokens !== undefined;
  return [
    ...rangeProblems({ batchSize, batchTokens }, 'count'),
    ...(both ? ['give batchSize or batchTokens, not both'] : []),
  ];
}

function sizingOf({ batchSize, batchTokens }: BatchSizing): BatchSizing {
  return batchTokens === undefined ? { batchSize: batchSize ?? DEFAULT_BATCH_SIZE } : { batchTokens };
}
