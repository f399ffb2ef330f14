import type * as tf from '@tensorflow/tfjs';

import type { ClipNorm } from './clipping.js';
import type { SlotValues } from './optimizers/optimizer-state.js';
import type { UpdateNumbers, UpdateRule } from './optimizers/update-rule.js';
import type { Predictor, Trainable } from './trainable.js';

/**
 * How steps are run: the port behind which eager execution (`EagerExecutor`, any backend) or a compiler sits. One that
 * compiles traces `trainable.loss` with the tensors of a batch (`batchTensors`) as named inputs, keeps parameters and
 * slots as it likes, chooses a fused update by `rule.kind` and gets everything that changes from step to step as
 * numbers.
 *
 * What all executors would do alike is done before the port: a trainable given to it has its results checked (the loss
 * is a scalar), an optimiser state its names and shapes; updates are counted and their numbers worked out; results that
 * are not finite end the run. An executor out of memory throws an error with `code: 'out-of-memory'` (`OutOfMemory`),
 * which ends the run with what to lower.
 */
export interface Executor {
  /** for reports */
  readonly name: string;
  /**
   * Makes everything ready to train; nothing is computed yet.
   * @throws Error when this executor cannot run what is asked for
   */
  startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch>;
  /** Loss without dropout and predictions of one batch. */
  evaluate<Batch extends object>(
    trainable: Required<Trainable<Batch>>,
    batch: Batch,
  ): Promise<{ readonly loss: number; readonly predictions: HostTensor }>;
  /** Predictions of one batch. */
  predict<Input extends object>(predictor: Predictor<Input>, batch: Input): Promise<HostTensor>;
}

/** A tensor's values in JavaScript. */
export interface HostTensor {
  /** row-major */
  readonly values: Float32Array;
  /** first the rows, one an example */
  readonly shape: readonly number[];
}

/** One parameter that is trained. */
export interface TrainedParameter {
  /** key of the optimiser's slots */
  readonly name: string;
  /** holds the value at the start, and again after `readParameters` */
  readonly variable: tf.Variable;
  /** weight decay of this parameter, 0 when it is exempt */
  readonly weightDecay: number;
}

/** What to train and how; the same for all steps. */
export interface TrainingRequest<Batch extends object> {
  /** the model; stays the caller's */
  readonly trainable: Required<Trainable<Batch>>;
  /** what is trained in some step; all other parameters are frozen: constants without gradient, norm or decay */
  readonly parameters: readonly TrainedParameter[];
  /** what an update computes */
  readonly rule: UpdateRule;
  /** running figures of the rule, `m` and `v` for one: every parameter has one of each, of its shape, zero at first */
  readonly slotNames: readonly string[];
  /** clipping of the accumulated gradients; undefined: neither clipped nor measured */
  readonly clip: ClipNorm | undefined;
}

/** Part of an optimiser step under gradient accumulation, or all of it. */
export interface MicroBatch<Batch extends object> {
  /** stays the caller's, who disposes it after the step */
  readonly batch: Batch;
  /**
   * Its part in the loss of the step, in (0, 1]: `lossWeight(batch)` over the sum of all. The gradient of the step is
   * that of the sum of `share * loss(batch, { seed, step, microBatch })`. Shares add up to 1.
   */
  readonly share: number;
  /** its position among those of the step, from 0: `TrainingRun.microBatch` */
  readonly index: number;
}

/** One optimiser step. */
export interface StepRequest<Batch extends object> {
  /** at least one */
  readonly microBatches: readonly MicroBatch<Batch>[];
  /** of the run: `TrainingRun.seed` */
  readonly seed: number;
  /** position in the run, from 0: `TrainingRun.step` */
  readonly step: number;
  /**
   * Numbers of this update by parameter; parameters with the same numbers share one object. One that is not among them is
   * frozen in this step: a constant without gradient, norm or decay, whose slots stay as they are.
   */
  readonly updates: ReadonlyMap<string, UpdateNumbers>;
}

/** What a step yields. */
export interface StepResult {
  /** weighted mean over the micro-batches, before the update */
  readonly loss: number;
  /** global norm of the gradients before clipping; undefined without `clip` */
  readonly gradientNorm: number | undefined;
}

/** Training under way: parameters and slots, wherever the executor keeps them. */
export interface TrainingSession<Batch extends object> {
  /**
   * Runs one optimiser step. A parameter that the loss does not depend on is neither updated nor decayed. When the loss
   * is not finite, or with `clip` the norm of the gradients, the result says so and parameters and slots are what they
   * were before.
   * @throws Error; parameters and slots are then best what they were before
   */
  trainStep(request: StepRequest<Batch>): Promise<StepResult>;
  /** Makes the variables hold the current values. Does nothing where they always do. */
  readParameters(): Promise<void>;
  /** Makes the values of the variables the current ones, after somebody assigned them. */
  writeParameters(): Promise<void>;
  /** Copies of all slots by `parameter/slot`, e.g. `classifier.weight/m`. */
  readSlots(): Promise<ReadonlyMap<string, SlotValues>>;
  /** Replaces all slots. Those given fit; those that are not given become zero. */
  writeSlots(slots: ReadonlyMap<string, SlotValues>): Promise<void>;
  /** Frees what the session made; variables stay and hold the values last read. */
  dispose(): void;
}

/** The form of an error that says a step, an evaluation or a prediction needs more memory than there is. */
export interface OutOfMemory {
  /** tells it from other errors */
  readonly code: 'out-of-memory';
  /** says what there was no room for */
  readonly message: string;
  /** what the work would need in all, in bytes, where that is known */
  readonly bytes?: number | undefined;
}
