import type * as tf from '@tensorflow/tfjs';

import type { ClipNorm } from './clipping.js';
import type { Optimizer } from './optimizers/optimizer.js';
import type { OptimizerState } from './optimizers/slots.js';
import type { Predictor, Trainable } from './trainable.js';

/**
 * How steps are run: the port behind which eager execution (`EagerExecutor`, any backend) or a compiler sits. One that
 * compiles traces `trainable.loss` with the tensors of a batch (`batchTensors`) as named inputs, keeps parameters and
 * slots as it likes, chooses fused updates by `optimizer.kind` and gets everything that changes from step to step as
 * numbers.
 */
export interface Executor {
  /** for reports */
  readonly name: string;
  /**
   * Makes everything ready to train; nothing is computed yet.
   * @throws Error when this executor cannot run the optimiser
   */
  startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch>;
  /** Loss without dropout and predictions of one batch. */
  evaluate<Batch extends object>(
    trainable: Trainable<Batch>,
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
  readonly trainable: Trainable<Batch>;
  /** what is trained; all other parameters are frozen: constants without gradient, norm or decay */
  readonly parameters: readonly TrainedParameter[];
  /** the rule of the update */
  readonly optimizer: Optimizer;
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
  /** of this step, schedule included */
  readonly learningRate: number;
}

/** What a step yields. */
export interface StepResult {
  /** weighted mean over the micro-batches, before the update */
  readonly loss: number;
  /** global norm of the gradients before clipping; undefined without `clip` */
  readonly gradientNorm: number | undefined;
}

/** Training under way: parameters, slots and the count of updates, wherever the executor keeps them. */
export interface TrainingSession<Batch extends object> {
  /**
   * Runs one optimiser step. When loss or norm is not finite the result says so, and the parameters should be left as
   * they were.
   */
  trainStep(request: StepRequest<Batch>): Promise<StepResult>;
  /** Makes the variables hold the current values. Does nothing where they always do. */
  readParameters(): Promise<void>;
  /** Makes the values of the variables the current ones, after somebody assigned them. */
  writeParameters(): Promise<void>;
  /** The optimiser's state by name. */
  exportState(): Promise<OptimizerState>;
  /**
   * Replaces the optimiser's state.
   * @throws TrainError `invalid-state`; nothing has changed then
   */
  importState(state: OptimizerState, options?: { readonly allowMissing?: boolean }): Promise<void>;
  /** Frees what the session made; variables stay and hold the values last read. */
  dispose(): void;
}
