import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

/**
 * What a weighted mean divides by: the sum of the weights, as torch does, or the number of examples, as Keras does.
 */
export type WeightedMean = 'sum-of-weights' | 'examples';

/** How the classes of a loss count. */
export interface CrossEntropyOptions {
  /** share ε of each target spread evenly over all classes, in [0, 1); default 0 */
  readonly labelSmoothing?: number | undefined;
  /** weight of each class, positive; default 1 each */
  readonly classWeights?: readonly number[] | undefined;
  /** default `sum-of-weights` */
  readonly weightedMean?: WeightedMean | undefined;
}

/**
 * Cross-entropy of softmax(logits) against class indices, averaged over the batch. Class weights and label smoothing
 * combine as in torch's `cross_entropy` (`sum-of-weights`: each class's share of the target is weighted) or as in
 * Keras's `fit(class_weight)` (`examples`: the example is weighted by its own class).
 * @param logits [B, C] float32
 * @param labels [B] int32, each in [0, C)
 * @returns scalar float32; caller disposes
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  const classes = logits.shape[1];
  const { labelSmoothing = 0, classWeights, weightedMean = 'sum-of-weights' } = options;
  return withGradient([logits], (logits) => {
    const [value, dLogits] = tf.tidy(() => {
      const hard = tf.oneHot(labels, classes).toFloat() as tf.Tensor2D; // [B, C]
      let targets = tf.add(tf.mul(hard, 1 - labelSmoothing), labelSmoothing / classes) as tf.Tensor2D;
      let divisor: tf.Tensor = tf.scalar(logits.shape[0]);
      if (classWeights) {
        const weights = tf.tensor2d([...classWeights], [1, classes]);
        const ofExample = tf.sum(tf.mul(hard, weights), 1, true); // [B, 1]
        targets = tf.mul(targets, weightedMean === 'examples' ? ofExample : weights);
        if (weightedMean === 'sum-of-weights') divisor = tf.sum(ofExample);
      }
      const shifted = tf.sub(logits, tf.max(logits, 1, true));
      const exponentials = tf.exp(shifted);
      const sums = tf.sum(exponentials, 1, true); // [B, 1]
      const logProbabilities = tf.sub(shifted, tf.log(sums));
      const loss = tf.neg(tf.div(tf.sum(tf.mul(targets, logProbabilities)), divisor)) as tf.Scalar;
      const probabilities = tf.div(exponentials, sums);
      const mass = tf.sum(targets, 1, true); // 1 where nothing is weighted
      const gradient = tf.div(tf.sub(tf.mul(probabilities, mass), targets), divisor) as tf.Tensor2D;
      return [loss, gradient] as [tf.Scalar, tf.Tensor2D];
    });
    return { value, saved: [dLogits], gradient: (dy, [dLogits]) => [tf.mul(dLogits, dy)] };
  });
}
