import {
  type Bert,
  type BertConfig,
  type BertInputs,
  dropout,
  linear,
  linearParameters,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import type { HeadLayout } from '../pretrained.js';
import { TaskHead } from '../task-head.js';

/** Name of the head's layer in checkpoints, and of its dropout site. */
const CLASSIFIER = 'classifier';

/** @param columns C, logits of the head */
export function sequenceLayout({ hiddenSize }: BertConfig, columns: number): HeadLayout {
  return {
    architecture: 'BertForSequenceClassification',
    pooler: true,
    parameters: linearParameters(CLASSIFIER, hiddenSize, columns),
  };
}

/**
 * What sequence classification and regression share: dropout and a dense layer on the pooled output of the encoder,
 * `dense(dropout(pooled))`. Owns the encoder and the dense layer.
 */
export abstract class SequenceHead extends TaskHead {
  protected constructor(bert: Bert, classifier: ReadonlyMap<string, tf.Variable>) {
    super(bert, classifier, { pooler: true });
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
      return linear(this.layer(CLASSIFIER), dropout(pooled, run && { rate, run, site: CLASSIFIER }));
    });
  }

  /** C, number of logits. */
  get columns(): number {
    return this.layer(CLASSIFIER).weight.shape[1];
  }
}
