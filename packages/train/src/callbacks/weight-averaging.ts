import * as tf from '@tensorflow/tfjs';

import { rangeProblems, throwProblems } from '../errors.js';
import type { SlotValues } from '../optimizers/optimizer-state.js';
import type { Callback, CallbackModel, CallbackState } from './callback.js';

/**
 * Keeps an average of what is trained beside it, and puts it in its place when training ends, stopped or not. Validation in
 * between is of the weights in training. Give it after `EarlyStopping` with `restoreBestWeights`, whose weights it replaces.
 */
export abstract class WeightAveraging implements Callback {
  /** what is averaged */
  protected model: CallbackModel | undefined;
  /** weights that have been averaged */
  protected count = 0;
  private average = new Map<string, tf.Tensor>();

  /** Keeps the model. */
  setModel(model: CallbackModel): void {
    this.model = model;
  }

  /** Forgets what a former run left. */
  onTrainBegin(): void {
    this.forget();
  }

  /** Puts the average in place of the weights, if there is one. */
  async onTrainEnd(): Promise<void> {
    const { average: values } = this;
    if (values.size > 0) await this.model?.restore({ values, dispose: () => undefined });
    this.forget();
  }

  /** What a run that goes on in another process needs. */
  async state(): Promise<CallbackState> {
    const tensors = new Map<string, SlotValues>();
    for (const [name, tensor] of this.average) {
      tensors.set(name, { shape: tensor.shape, values: Float32Array.from(await tensor.data()) });
    }
    return { json: this.count, tensors };
  }

  /** Takes that over. */
  restore({ json, tensors = new Map<string, SlotValues>() }: CallbackState): void {
    this.forget();
    this.count = json as number;
    for (const [name, { shape, values }] of tensors)
      this.average.set(name, tf.keep(tf.tensor(values, [...shape])));
  }

  /** Adds the current weights. @param share of the new ones in the average; the first are taken as they are */
  protected async add(share: number): Promise<void> {
    const { model } = this;
    if (!model) return;
    this.count += 1;
    if (this.average.size === 0) {
      const { values } = await model.snapshot(); // becomes this object's
      this.average = new Map(values);
      return;
    }
    await model.readParameters();
    for (const [name, before] of this.average) {
      const weight = model.parameters.get(name) as tf.Tensor;
      const after = tf.tidy(() => tf.keep(tf.add(before, tf.mul(tf.sub(weight, before), share))));
      before.dispose();
      this.average.set(name, after);
    }
  }

  private forget(): void {
    tf.dispose([...this.average.values()]);
    this.average.clear();
    this.count = 0;
  }
}

/** Options of `ExponentialMovingAverage`. */
export interface ExponentialMovingAverageOptions {
  /** share of the average that stays at each step, in [0, 1); default 0.999, as torch's */
  readonly decay?: number;
  /**
   * lets the average follow faster while it is young: in step n, from 1, no more than (1 + n) / (10 + n) of it stays, as
   * with TensorFlow's `num_updates`, so that short runs do not end with the weights they began with; default false
   */
  readonly warmup?: boolean;
}

/**
 * Exponential moving average of the weights (EMA), `average = decay * average + (1 - decay) * weights` after every step, the
 * first weights taken as they are: torch's `AveragedModel` with `get_ema_multi_avg_fn`.
 */
export class ExponentialMovingAverage extends WeightAveraging {
  private readonly decay: number;
  private readonly warmup: boolean;

  /** @throws TrainError `invalid-options` */
  constructor({ decay = 0.999, warmup = false }: ExponentialMovingAverageOptions = {}) {
    super();
    throwProblems('ExponentialMovingAverage', rangeProblems({ decay }, 'fraction'));
    this.decay = decay;
    this.warmup = warmup;
  }

  /** Adds the weights of the step. */
  onTrainBatchEnd(): Promise<void> {
    const step = this.count + 1;
    return this.add(1 - (this.warmup ? Math.min(this.decay, (1 + step) / (10 + step)) : this.decay));
  }
}

/** Options of `StochasticWeightAveraging`. */
export interface StochasticWeightAveragingOptions {
  /** epoch, from 0, whose weights are the first; default 0 */
  readonly startEpoch?: number;
}

/**
 * Stochastic weight averaging (SWA, arXiv:1803.05407): the mean of the weights at the ends of epochs, as torch's
 * `AveragedModel`. Keep the learning rate up while it averages.
 */
export class StochasticWeightAveraging extends WeightAveraging {
  private readonly startEpoch: number;

  /** @throws TrainError `invalid-options` */
  constructor({ startEpoch = 0 }: StochasticWeightAveragingOptions = {}) {
    super();
    throwProblems('StochasticWeightAveraging', rangeProblems({ startEpoch }, 'index'));
    this.startEpoch = startEpoch;
  }

  /** Adds the weights of the epoch. */
  async onEpochEnd(epoch: number): Promise<void> {
    if (epoch >= this.startEpoch) await this.add(1 / (this.count + 1));
  }
}
