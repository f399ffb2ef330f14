import * as tf from '@tensorflow/tfjs';

import { checkLabelTensor, readLabels } from '../label-checks.js';
import { IGNORED_LABEL } from '../losses/softmax-cross-entropy.js';
import { maskedLabels, type MaskedLanguageModelBatch } from './masked-tokens.js';
import { maskedTokenLoss } from './prediction-layer.js';

/** How the loss of masked tokens is averaged where another loss, a mean over texts, is added to it. */
export type MaskedPerText = {
  /**
   * [B] float32, one number for all texts of a step: how many tokens are to be predicted in a text, on average. The loss
   * of the masked tokens is then their sum divided by the sum of this. Default: divided by their number in this batch, as
   * Hugging Face. The average of the data, say, makes gradient accumulation exact; no single weight of a batch can,
   * since the two losses are means over different counts.
   */
  readonly maskedPerText?: tf.Tensor1D | undefined;
};

type Batch = MaskedLanguageModelBatch & MaskedPerText;

/**
 * Checks shape and type, and if asked for the numbers too.
 * @param read whether to read the numbers
 * @throws HeadError `invalid-labels`
 */
export function checkMaskedPerText({ maskedPerText, inputIds }: Batch, read: boolean): void {
  if (!maskedPerText) return;
  checkLabelTensor('maskedPerText', maskedPerText, [inputIds.shape[0]], 'float32');
  if (!read) return;
  readLabels('maskedPerText', maskedPerText, 'positive numbers', (count) => count > 0 && count < Infinity);
}

/**
 * Cross-entropy of the masked tokens, averaged as `maskedPerText` says.
 * @param logits [N, V] float32
 * @returns scalar float32, differentiable; caller disposes
 */
export function averagedMaskedLoss(logits: tf.Tensor2D, batch: Batch): tf.Scalar {
  const labels = maskedLabels(batch);
  const { maskedPerText } = batch;
  return tf.tidy(() => {
    const mean = maskedTokenLoss(logits, labels);
    if (!maskedPerText) return mean;
    const counted = tf.sum(tf.cast(tf.notEqual(labels, tf.scalar(IGNORED_LABEL, 'int32')), 'float32'));
    return tf.mul(mean, tf.div(counted, tf.sum(maskedPerText)));
  });
}
