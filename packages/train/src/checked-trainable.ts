import * as tf from '@tensorflow/tfjs';

import { TrainError } from './errors.js';
import type { Trainable, TrainingRun } from './trainable.js';

/** A trainable as executors get it: what it returns has been looked at, so that none of them has to. */
export class CheckedTrainable<Batch extends Input, Input extends object> implements Required<
  Trainable<Batch, Input>
> {
  constructor(private readonly trainable: Trainable<Batch, Input>) {}

  get parameters(): ReadonlyMap<string, tf.Variable> {
    return this.trainable.parameters;
  }

  get rowsHaveTokens(): boolean {
    return this.trainable.rowsHaveTokens ?? false;
  }

  loss(batch: Batch, run?: TrainingRun): tf.Scalar {
    return checkedLoss(this.trainable.loss(batch, run));
  }

  lossWeight(batch: Batch): number {
    return this.trainable.lossWeight(batch);
  }

  predict(batch: Input): tf.Tensor {
    return this.trainable.predict(batch);
  }

  labels(batch: Batch): tf.Tensor {
    return this.trainable.labels(batch);
  }

  lossAndPredictions(batch: Batch): { readonly loss: tf.Scalar; readonly predictions: tf.Tensor } {
    const { loss, predictions } = this.trainable.lossAndPredictions?.(batch) ?? {
      loss: this.trainable.loss(batch),
      predictions: this.trainable.predict(batch),
    };
    return { loss: checkedLoss(loss), predictions };
  }
}

function checkedLoss(value: unknown): tf.Scalar {
  if (value instanceof tf.Tensor && value.rank === 0) return value as tf.Scalar;
  const found = value instanceof tf.Tensor ? `shape [${(value as tf.Tensor).shape.join(', ')}]` : 'no tensor';
  throw new TrainError('invalid-loss', `loss(batch): expected a scalar tensor, found ${found}.`);
}
