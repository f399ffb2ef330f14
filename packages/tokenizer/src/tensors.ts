/** Rows of ids as TensorFlow.js tensors. Needs the optional peer `@tensorflow/tfjs`. */
import * as tf from '@tensorflow/tfjs';

import type { BatchEncoding } from './encoding/encoding.js';

/** What a BERT model takes. */
export interface BertInputTensors {
  /** Token ids, int32 `[B, T]`. */
  readonly inputIds: tf.Tensor2D;
  /** 1 for tokens, 0 for padding; int32 `[B, T]`. */
  readonly attentionMask: tf.Tensor2D;
  /** Which text a token belongs to; int32 `[B, T]`. */
  readonly tokenTypeIds: tf.Tensor2D;
}

/** Copies a batch into three int32 tensors `[B, T]` on the active backend. The caller disposes them. */
export function toTensors(batch: BatchEncoding): BertInputTensors {
  const tensor = (values: Int32Array): tf.Tensor2D =>
    // A copy, because the cpu backend would keep the very array and the caller may reuse it.
    tf.tensor2d(values.slice(), [batch.shape[0], batch.shape[1]], 'int32');
  return {
    inputIds: tensor(batch.inputIds),
    attentionMask: tensor(batch.attentionMask),
    tokenTypeIds: tensor(batch.tokenTypeIds),
  };
}
