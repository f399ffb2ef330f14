import { type Bert, type BertInputs, dropout, linear, type TrainingRun } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { HeadError } from './errors.js';

/** Name of the head's layer in checkpoints, and of its dropout site. */
export const CLASSIFIER = 'classifier';

/** @throws HeadError `no-pooler` */
export function requirePooler(bert: Bert): void {
  if (bert.hasPooler) return;
  throw new HeadError(
    'no-pooler',
    'The encoder has no pooler, whose output a sequence head reads. ' +
      "Load it with `allowMissing: ['pooler']` to start with a fresh pooler.",
  );
}

/**
 * What sequence classification and regression share: dropout and a dense layer on the pooled output of the encoder,
 * `dense(dropout(pooled))`. Owns the encoder and the dense layer.
 */
export abstract class SequenceHead {
  /** Every parameter by Hugging Face name: the encoder's, then `classifier.weight` [D, C] and `classifier.bias` [C]. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;

  protected constructor(
    /** the encoder under the head */
    readonly bert: Bert,
    classifier: ReadonlyMap<string, tf.Variable>,
  ) {
    requirePooler(bert);
    this.parameters = new Map([...bert.parameters, ...classifier]);
  }

  /**
   * Raw scores of one batch.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, C] float32; caller disposes
   */
  logits(inputs: BertInputs, run?: TrainingRun): tf.Tensor2D {
    const { hiddenDropout, classifierDropout } = this.bert.config;
    return tf.tidy(() => {
      const pooled = this.bert.encode(inputs, { run }).pooledOutput as tf.Tensor2D; // [B, D]
      const rate = classifierDropout ?? hiddenDropout;
      return linear(this.classifier(), dropout(pooled, run && { rate, run, site: CLASSIFIER }));
    });
  }

  /** C, number of logits. */
  get columns(): number {
    return this.classifier().weight.shape[1];
  }

  /** Frees every parameter, the encoder's too. */
  dispose(): void {
    for (const parameter of this.parameters.values()) if (!parameter.isDisposed) parameter.dispose();
  }

  private classifier(): { weight: tf.Tensor2D; bias: tf.Tensor1D } {
    return {
      weight: this.parameters.get(`${CLASSIFIER}.weight`) as tf.Variable<tf.Rank.R2>,
      bias: this.parameters.get(`${CLASSIFIER}.bias`) as tf.Variable<tf.Rank.R1>,
    };
  }
}
