import { type BatchSizing, DEFAULT_BATCH_SIZE } from './batching.js';
import type { Callback } from './callbacks/callback.js';
import type { Dataset } from './dataset.js';
import { rangeProblems, throwProblems } from './errors.js';
import type { CheckpointOptions, TrainingState } from './training-state.js';

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
   * Optimiser steps to leave out, as if they had been taken: their batches, and whole epochs among them with their
   * validation. For a run that was cut off use `resume`, which knows more. Default 0.
   */
  readonly initialStep?: number | undefined;
  /**
   * Goes on with a run that was cut off: with its options, callbacks and data, and the parameters it had, the rest and the
   * history are to the last bit those of the run that was not, but for times. The optimiser's state is taken over.
   */
  readonly resume?: TrainingState | undefined;
  /** keeps what `resume` needs */
  readonly checkpoint?: CheckpointOptions | undefined;
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
  /** whether a run goes on of which at least the end is left, be it without a step */
  readonly isResumed: boolean;
}

/**
 * Checks the options of a run and fills in defaults.
 * @throws TrainError `invalid-options` with every problem
 */
export function fitSettings(options: Omit<FitOptions<unknown, object>, 'validationData'>): FitSettings {
  const { maxSteps, stepsPerEpoch, gradientAccumulationSteps = 1, seed = 0, resume } = options;
  const { initialStep = resume?.steps ?? 0 } = options;
  const { epochs = maxSteps === undefined ? 1 : Infinity, shuffle = true, groupByLength = true } = options;
  const given = options.epochs;
  throwProblems('fit', [
    ...sizingProblems(options),
    ...rangeProblems({ epochs: given, maxSteps, stepsPerEpoch, gradientAccumulationSteps }, 'count'),
    ...rangeProblems({ seed }, 'uint32'),
    ...rangeProblems({ initialStep }, 'index'),
    ...rangeProblems({ 'checkpoint.everySteps': options.checkpoint?.everySteps }, 'count'),
    ...(resume && options.initialStep !== undefined ? ['give initialStep or resume, not both'] : []),
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
    isResumed: resume !== undefined,
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
