import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { focalSigmoid } from './focal.js';
import type { WeightedMean } from './softmax-cross-entropy.js';

/** How the targets of a sigmoid loss count. */
export interface SigmoidCrossEntropyOptions {
  /** ε: targets become y (1 - ε) + ε / 2, as in Keras; in [0, 1); default 0 */
  readonly labelSmoothing?: number | undefined;
  /** weight of the positive target of each label, as torch's `pos_weight`; default 1 each */
  readonly positiveWeights?: readonly number[] | undefined;
  /** one label only: weight of examples whose target is 0 and whose target is 1, as Keras's `class_weight` */
  readonly classWeights?: readonly [number, number] | undefined;
  /** what a mean over `classWeights` divides by; default `sum-of-weights` */
  readonly weightedMean?: WeightedMean | undefined;
  /** γ of focal loss, at least 0: an element counts (1 - the probability of its target)^γ; default 0, cross-entropy */
  readonly focalGamma?: number | undefined;
}

/**
 * Binary cross-entropy of sigmoid(logits), computed from the logits, averaged over all elements.
 * @param logits [B, C] float32
 * @param targets [B, C] float32, each in [0, 1]
 * @returns scalar float32; caller disposes
 */
export function sigmoidCrossEntropy(
  logits: tf.Tensor2D,
  targets: tf.Tensor2D,
  options: SigmoidCrossEntropyOptions = {},
): tf.Scalar {
  const { labelSmoothing = 0, positiveWeights, classWeights, weightedMean = 'sum-of-weights' } = options;
  const { focalGamma = 0 } = options;
  return withGradient([logits], (logits) => {
    const [value, dLogits] = tf.tidy(() => {
      const smooth = tf.add(tf.mul(targets, 1 - labelSmoothing), labelSmoothing / 2);
      const negative = tf.sub(1, smooth);
      // With p the weight of a positive: (1 - z) x + (1 + (p - 1) z) log(1 + exp(-x)), and log(1 + exp(-x)) without
      // overflow is log(1 + exp(-|x|)) + max(-x, 0).
      const share = positiveWeights
        ? tf.add(tf.mul(smooth, tf.sub(tf.tensor2d([...positiveWeights], [1, logits.shape[1]]), 1)), 1)
        : tf.onesLike(logits);
      const softplus = tf.add(tf.log1p(tf.exp(tf.neg(tf.abs(logits)))), tf.relu(tf.neg(logits)));
      let losses: tf.Tensor = tf.add(tf.mul(negative, logits), tf.mul(share, softplus));
      let gradients: tf.Tensor = tf.sub(negative, tf.mul(share, tf.sigmoid(tf.neg(logits))));
      if (focalGamma > 0) [losses, gradients] = focalSigmoid(logits, smooth, [losses, gradients], focalGamma);
      let divisor: tf.Tensor = tf.scalar(logits.size);
      if (classWeights) {
        const [ofZero, ofOne] = classWeights;
        const weights = tf.add(tf.mul(targets, ofOne - ofZero), ofZero);
        losses = tf.mul(losses, weights);
        gradients = tf.mul(gradients, weights);
        if (weightedMean === 'sum-of-weights') divisor = tf.sum(weights);
      }
      return [tf.div(tf.sum(losses), divisor), tf.div(gradients, divisor)] as [tf.Scalar, tf.Tensor2D];
    });
    return { value, saved: [dLogits], gradient: (dy, [dLogits]) => [tf.mul(dLogits, dy)] };
  });
}
