import * as tf from '@tensorflow/tfjs';

import { TrainError } from './errors.js';

/**
 * One forward pass of training: what every random choice of it derives from. Its presence switches dropout on;
 * without it a model evaluates.
 */
export interface TrainingRun {
  /** seed of the whole run, an integer in [0, 2^32) */
  readonly seed: number;
  /** optimiser steps taken before this one, from 0 */
  readonly step: number;
  /** position among the micro-batches of the step under gradient accumulation, from 0; gives each its own dropout */
  readonly microBatch?: number;
  /**
   * The bits of seed, step and microBatch as int32 [3], where the executor has them on the device: one compiled function
   * then serves all steps. The numbers above cannot be read there, so a model asks for this first. The executor's.
   */
  readonly onDevice?: tf.Tensor1D;
}

/** What can predict. `Input` is a plain object whose tensors, by property name, are all that a prediction depends on. */
export interface Predictor<Input extends object> {
  /** every parameter by its name; the model keeps them */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /**
   * Probabilities or values, one row an example, without dropout. A row must depend on its own example alone: an
   * executor may predict parts of a batch on their own.
   * @returns [B, ...] float32; caller disposes
   */
  predict(batch: Input): tf.Tensor;
  /**
   * Whether axis 1 of predictions and labels counts tokens, of which batches have different numbers; default false. Over
   * a data set rows are then filled up to the longest: predictions with NaN, labels with -100.
   */
  readonly rowsHaveTokens?: boolean;
}

/**
 * What can be trained: named parameters, a loss and a prediction. `Batch` is a plain object whose tensors, by property
 * name, are all that loss and prediction depend on; `Input` is the part of it that a prediction needs, which leaves the
 * labels out.
 */
export interface Trainable<Batch extends Input, Input extends object = Batch> extends Predictor<Input> {
  /**
   * Weighted mean of the losses of a batch, differentiable with respect to the parameters.
   * @param run present while training (dropout on), absent in evaluation
   * @returns scalar float32; caller disposes
   */
  loss(batch: Batch, run?: TrainingRun): tf.Scalar;
  /** What that mean was divided by: the number of examples, or the sum of their class weights. Reads on the host. */
  lossWeight(batch: Batch): number;
  /** What predictions are compared with, one row an example: a tensor of the batch, or a new one. */
  labels(batch: Batch): tf.Tensor;
  /**
   * Loss without dropout and predictions from one forward pass. Optional: evaluation then runs the encoder once a batch
   * instead of twice.
   * @returns both float32; caller disposes
   */
  lossAndPredictions?(batch: Batch): { readonly loss: tf.Scalar; readonly predictions: tf.Tensor };
}

/**
 * The tensors of a batch by property name, in the order of the properties; what else the batch holds is left out.
 * @throws TrainError `empty-batch`
 */
export function batchTensors(batch: object): Map<string, tf.Tensor> {
  const tensors = tensorProperties(batch);
  const empty = [...tensors].find(([, tensor]) => tensor.size === 0);
  if (empty || tensors.size === 0) {
    const found = empty ? `${empty[0]} of shape [${empty[1].shape.join(', ')}]` : 'no tensor';
    throw new TrainError(
      'empty-batch',
      `collate: expected tensors with at least one element, found ${found}.`,
    );
  }
  return tensors;
}

/** As `batchTensors`, of any object. */
export function tensorProperties(batch: object): Map<string, tf.Tensor> {
  const tensors = new Map<string, tf.Tensor>();
  for (const [name, value] of Object.entries(batch) as [string, unknown][]) {
    if (value instanceof tf.Tensor) tensors.set(name, value as tf.Tensor);
  }
  return tensors;
}
