import type * as tf from '@tensorflow/tfjs';

import type { HostTensor } from '../executor.js';
import type { OptimizerState, SlotValues } from '../optimizers/optimizer-state.js';

/** Figures by name. */
export type Logs = Readonly<Record<string, number>>;

/** What is known of a run before it starts. */
export interface FitParams {
  /** epochs that will be run, the last perhaps in part */
  readonly epochs: number;
  /** optimiser steps of the run, unless it is stopped */
  readonly totalSteps: number;
  /** optimiser steps taken in a former run that this one continues */
  readonly initialStep: number;
  /** optimiser steps of each epoch */
  readonly stepsPerEpoch: readonly number[];
  /** training examples */
  readonly examples: number;
  /** parameters that are trained */
  readonly trainableParameters: number;
  /** numbers in them */
  readonly trainableValues: number;
  /** figures that the logs of every epoch will have, and which is better where that is known */
  readonly figures: ReadonlyMap<string, 'higher' | 'lower' | undefined>;
}

/** Figures of one optimiser step. */
export interface StepLogs extends Logs {
  /** position in the run, from 0 */
  readonly step: number;
  /** optimiser steps of the run */
  readonly totalSteps: number;
  /** from 0 */
  readonly epoch: number;
  /** weighted mean over the step, before its update */
  readonly loss: number;
  /** of this step */
  readonly learningRate: number;
  /** global norm of the gradients before clipping; NaN when not measured (no `clipNorm`) */
  readonly gradientNorm: number;
  /** examples in the step */
  readonly examples: number;
  /** tokens in the step without padding */
  readonly tokens: number;
  /** tokens without padding per second of this step, from making the batch to the end of the update */
  readonly tokensPerSecond: number;
  /** share of padding in the epoch so far, in [0, 1) */
  readonly paddingWaste: number;
}

/** A step that could not be taken: its loss or the norm of its gradients is NaN or infinite. Parameters are unchanged. */
export interface NonFiniteStep {
  /** position in the run, from 0 */
  readonly step: number;
  /** from 0 */
  readonly epoch: number;
  /** weighted mean over the step */
  readonly loss: number;
  /** global norm of the gradients; NaN when not measured */
  readonly gradientNorm: number;
  /** of this step */
  readonly learningRate: number;
  /** what the step worked on: the examples by their position in the data, and the batch, which the loop disposes */
  readonly microBatches: readonly { readonly examples: readonly number[]; readonly batch: object }[];
  /** the error that ends the run, says what and why */
  readonly message: string;
}

/** What an evaluation worked its figures out from. */
export interface EvaluationResults {
  /** [N, ...], in the order of the examples */
  readonly predictions: HostTensor;
  /** [N, ...], in the order of the examples */
  readonly labels: HostTensor;
}

/** A copy of the parameters' values. */
export interface ParameterSnapshot {
  /** by name; the snapshot's */
  readonly values: ReadonlyMap<string, tf.Tensor>;
  /** Frees the copy. */
  dispose(): void;
}

/** What a callback must remember for its run to go on in another process. */
export interface CallbackState {
  /** numbers (NaN and infinities included), texts, lists, objects of these */
  readonly json: unknown;
  /** tensors by name, such as the best weights */
  readonly tensors?: ReadonlyMap<string, SlotValues> | undefined;
}

/** What a callback may ask of the model in training. */
export interface CallbackModel {
  /** set to true: training ends after the current step */
  stopTraining: boolean;
  /**
   * The optimiser's learning rate in this run, a finite number of at least 0; the schedule's factor for each step is
   * applied to it. What is set here holds from the next step on, until the run ends.
   */
  learningRate: number;
  /** every parameter; call `readParameters` before looking at values */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Makes the variables hold the current values; needed where an executor keeps them elsewhere. */
  readParameters(): Promise<void>;
  /** Copies what is trained. The caller disposes the copy. */
  snapshot(): Promise<ParameterSnapshot>;
  /** A snapshot with given values, as a former process had it. The caller disposes it. */
  snapshotOf(values: ReadonlyMap<string, SlotValues>): ParameterSnapshot;
  /** Puts values back; the snapshot stays the caller's. */
  restore(snapshot: ParameterSnapshot): Promise<void>;
  /** The optimiser's state on the host, for a checkpoint. */
  optimizerState(): Promise<OptimizerState>;
}

/** What a hook may return: nothing, or a promise that the loop waits for. */
export type HookResult = void | Promise<void>;

/**
 * Called by the loop, with Keras's hooks. All are optional; the loop waits for those that return a promise. What a hook
 * throws ends the run.
 */
export interface Callback {
  /** Before anything else. */
  setParams?(params: FitParams): HookResult;
  /** After `setParams`. */
  setModel?(model: CallbackModel): HookResult;
  /** Before the first step. */
  onTrainBegin?(): HookResult;
  /** After the last step, also when the run was stopped; not when it failed. `logs` are those of the last epoch. */
  onTrainEnd?(logs: Logs): HookResult;
  /** Before the steps of an epoch. @param epoch from 0 */
  onEpochBegin?(epoch: number): HookResult;
  /** After an epoch and its validation. @param logs `loss`, `learningRate`, `paddingWaste`, `tokensPerSecond`, and `val_…` with validation data */
  onEpochEnd?(epoch: number, logs: Logs): HookResult;
  /** Before an optimiser step. @param step within the epoch, from 0 */
  onTrainBatchBegin?(step: number): HookResult;
  /** After an optimiser step. @param step within the epoch, from 0 */
  onTrainBatchEnd?(step: number, logs: StepLogs): HookResult;
  /** A step whose loss or gradients are not finite. Unless a callback sets `stopTraining`, the run then fails with an error. */
  onNonFiniteStep?(failure: NonFiniteStep): HookResult;
  /** Before an evaluation. @param batches how many it has */
  onTestBegin?(batches: number): HookResult;
  /** After an evaluation, with its figures and what they were worked out from. */
  onTestEnd?(logs: Logs, results: EvaluationResults): HookResult;
  /** Before a batch of an evaluation. @param batch from 0 */
  onTestBatchBegin?(batch: number): HookResult;
  /** After a batch of an evaluation. @param logs `loss` of the batch */
  onTestBatchEnd?(batch: number, logs: Logs): HookResult;
  /**
   * What a run that goes on in another process has to give back to `restore`; a checkpoint keeps it. Called between two
   * steps. Absent or undefined: nothing.
   */
  state?(): CallbackState | undefined | Promise<CallbackState | undefined>;
  /**
   * Takes over what `state` gave in the former process: after `onTrainBegin`, and after the `onEpochBegin` of an epoch that
   * had begun already.
   */
  restore?(state: CallbackState): HookResult;
}

/** The names of the hooks. */
export type HookName = Exclude<keyof Callback, 'state' | 'restore'>;

/** Calls one hook of every callback, one after the other. */
export async function callHook<Name extends HookName>(
  callbacks: readonly Callback[],
  name: Name,
  ...args: Parameters<NonNullable<Callback[Name]>>
): Promise<void> {
  for (const callback of callbacks) {
    const hook = callback[name] as ((...given: typeof args) => HookResult) | undefined;
    await hook?.apply(callback, args);
  }
}
