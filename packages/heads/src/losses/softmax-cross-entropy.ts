import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { focalSoftmax } from './focal.js';

/**
 * What a weighted mean divides by: the sum of the weights, as torch does, or the number of examples, as Keras does.
 */
export type WeightedMean = 'sum-of-weights' | 'examples';

/** Label of a token that has nothing to be learnt, as in torch and Hugging Face. */
export const IGNORED_LABEL = -100;

/** How the classes of a loss count. */
export interface CrossEntropyOptions {
  /** share ε of each target spread evenly over all classes, in [0, 1); default 0 */
  readonly labelSmoothing?: number | undefined;
  /** weight of each class, positive; default 1 each */
  readonly classWeights?: readonly number[] | undefined;
  /** default `sum-of-weights` */
  readonly weightedMean?: WeightedMean | undefined;
  /** label of rows that count nothing, neither in the sum nor in what it is divided by; default: all rows count */
  readonly ignoredLabel?: number | undefined;
  /** γ of focal loss, at least 0: the loss of a class counts (1 - its probability)^γ; default 0, cross-entropy */
  readonly focalGamma?: number | undefined;
}

/**
 * Cross-entropy of softmax(logits) against class indices, averaged over the rows that count. Class weights and label
 * smoothing combine as in torch's `cross_entropy` (`sum-of-weights`: each class's share of the target is weighted) or as
 * in Keras's `fit(class_weight)` (`examples`: the example is weighted by its own class).
 * @param logits [B, C] float32
 * @param labels [B] int32, each in [0, C) or `ignoredLabel`
 * @returns scalar float32, 0 where no row counts (torch: NaN); caller disposes
 */
export function softmaxCrossEntropy(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  options: CrossEntropyOptions = {},
): tf.Scalar {
  return withGradient([logits], (logits) => {
    const [value, dLogits] = tf.tidy(() => {
      const [targets, divisor] = targetsOf(labels, logits.shape[1], options);
      const { focalGamma = 0 } = options;
      if (focalGamma > 0) {
        const [total, gradient] = focalSoftmax(shiftedRows(logits), targets, focalGamma);
        return [tf.div(total, divisor), tf.div(gradient, divisor)] as [tf.Scalar, tf.Tensor2D];
      }
      const mass = tf.sum(targets, 1, true); // [B, 1], 1 where nothing is weighted or ignored
      const shifted = shiftedRows(logits);
      const exponentials = tf.exp(shifted);
      const sums = tf.sum(exponentials, 1, true); // [B, 1]
      // -sum(targets * (shifted - log sums)): neither part is ever negative, so nothing cancels.
      const total = tf.sub(tf.sum(tf.mul(mass, tf.log(sums))), tf.sum(tf.mul(targets, shifted)));
      // softmax * mass - targets, both divided; factors of a row are [B, 1]
      const ofTargets = tf.mul(exponentials, tf.div(mass, tf.mul(sums, divisor)));
      const gradient = tf.sub(ofTargets, tf.div(targets, divisor)) as tf.Tensor2D;
      return [tf.div(total, divisor), gradient] as [tf.Scalar, tf.Tensor2D];
    });
    return { value, saved: [dLogits], gradient: (dy, [dLogits]) => [tf.mul(dLogits, dy)] };
  });
}

/** Logits less the largest of their row, whose exponentials do not overflow. */
function shiftedRows(logits: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(logits, tf.max(logits, 1, true));
}

/** The share of each class in the loss of each row [B, C], and what their sum is divided by. */
function targetsOf(
  labels: tf.Tensor1D,
  classes: number,
  options: CrossEntropyOptions,
): [targets: tf.Tensor2D, divisor: tf.Scalar] {
  const { labelSmoothing = 0, classWeights, weightedMean = 'sum-of-weights', ignoredLabel } = options;
  return tf.tidy(() => {
    const counted = ignoredLabel === undefined ? undefined : countedRows(labels, ignoredLabel); // [B, 1]
    let hard: tf.Tensor = tf.cast(tf.oneHot(labels, classes), 'float32'); // [B, C], zeros where no class is meant
    // An ignored label may be a class as well.
    if (counted && ignoredLabel !== undefined && ignoredLabel >= 0) hard = tf.mul(hard, counted);
    let targets = hard;
    if (labelSmoothing > 0) {
      targets = tf.add(tf.mul(hard, 1 - labelSmoothing), labelSmoothing / classes);
      if (counted) targets = tf.mul(targets, counted);
    }
    let divisor: tf.Tensor = counted ? tf.sum(counted) : tf.scalar(labels.shape[0]);
    if (classWeights) {
      const weights = tf.tensor2d([...classWeights], [1, classes]);
      const ofRow = tf.sum(tf.mul(hard, weights), 1, true); // [B, 1]
      targets = tf.mul(targets, weightedMean === 'examples' ? ofRow : weights);
      if (weightedMean === 'sum-of-weights') divisor = tf.sum(ofRow);
    }
    // A mean over nothing must not make the rest of a sum NaN.
    if (counted) divisor = tf.add(divisor, tf.cast(tf.equal(divisor, 0), 'float32'));
    return [targets as tf.Tensor2D, divisor as tf.Scalar];
  });
}

/** 1 for rows that count, 0 for the others; [B, 1] float32. */
function countedRows(labels: tf.Tensor1D, ignored: number): tf.Tensor2D {
  return tf.reshape(tf.cast(tf.notEqual(labels, tf.scalar(ignored, 'int32')), 'float32'), [-1, 1]);
}
