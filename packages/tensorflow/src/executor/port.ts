import type * as tf from '@tensorflow/tfjs';

/*
 * The executor port of `@bertune/train`, as it looks from this side. The packages do not import each other: where both
 * come together the compiler checks that the types agree.
 */

/** See `TrainingRun` in `@bertune/train`. */
export interface TrainingRun {
  readonly seed: number;
  readonly step: number;
  readonly microBatch?: number;
  readonly onDevice?: tf.Tensor1D;
}

/** What predicts. */
export interface Predictor<Input extends object> {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  predict(batch: Input): tf.Tensor;
}

/** What is trained. */
export interface Trainable<Batch extends object> extends Predictor<Batch> {
  loss(batch: Batch, run?: TrainingRun): tf.Scalar;
  lossAndPredictions(batch: Batch): { readonly loss: tf.Scalar; readonly predictions: tf.Tensor };
}

/** A tensor's values in JavaScript. */
export interface HostTensor {
  /** row-major */
  readonly values: Float32Array;
  readonly shape: readonly number[];
}

/** One parameter that is trained. */
export interface TrainedParameter {
  readonly name: string;
  readonly variable: tf.Variable;
  /** 0 when it is exempt */
  readonly weightDecay: number;
}

/** Which of the two families of updates, with what never changes. */
export type UpdateRule =
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number }
  | { readonly kind: 'sgd'; readonly momentum: number };

/** Clipping by the global norm; `maxNorm: Infinity` measures only. */
export interface ClipNorm {
  readonly maxNorm: number;
  readonly formula: 'torch' | 'tensorflow';
}

/** What to train and how. */
export interface TrainingRequest<Batch extends object> {
  readonly trainable: Trainable<Batch>;
  readonly parameters: readonly TrainedParameter[];
  readonly rule: UpdateRule;
  readonly slotNames: readonly string[];
  readonly clip: ClipNorm | undefined;
}

/** A part of the step's batch. */
export interface MicroBatch<Batch extends object> {
  readonly batch: Batch;
  /** its part in the loss of the step */
  readonly share: number;
  readonly index: number;
}

/** The numbers of one update of a parameter. */
export interface UpdateNumbers {
  readonly learningRate: number;
  readonly stepSize: number;
  readonly epsilon: number;
}

/** One optimiser step. */
export interface StepRequest<Batch extends object> {
  readonly microBatches: readonly MicroBatch<Batch>[];
  readonly seed: number;
  readonly step: number;
  /** by parameter; one that is not among them is frozen in this step. Equal numbers are one object. */
  readonly updates: ReadonlyMap<string, UpdateNumbers>;
}

/** What a step yields. */
export interface StepResult {
  readonly loss: number;
  readonly gradientNorm: number | undefined;
}

/** Values of the optimiser's slots by `parameter/slot`. */
export type SlotValues = ReadonlyMap<
  string,
  { readonly shape: readonly number[]; readonly values: Float32Array }
>;

/** Training under way. */
export interface TrainingSession<Batch extends object> {
  trainStep(request: StepRequest<Batch>): Promise<StepResult>;
  readParameters(): Promise<void>;
  writeParameters(): Promise<void>;
  readSlots(): Promise<SlotValues>;
  writeSlots(slots: SlotValues): Promise<void>;
  dispose(): void;
}
