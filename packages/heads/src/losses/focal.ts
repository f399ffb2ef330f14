import * as tf from '@tensorflow/tfjs';

/*
 * Focal loss (Lin et al., "Focal Loss for Dense Object Detection", arXiv:1708.02002): cross-entropy times (1 - p)^γ, p the
 * probability of the target, so that examples which the model is sure of count little. The papers' α is a class weight.
 */

/** Smallest base of a power: (1 - p)^(γ - 1) must not become 0 * infinity where p is 1 and γ below 1. */
const SMALLEST_BASE = 1e-30;

/** The factor m^γ, and its derivative by m. */
function modulation(missing: tf.Tensor, gamma: number): [factor: tf.Tensor, slope: tf.Tensor] {
  const base = tf.maximum(missing, SMALLEST_BASE);
  return [tf.pow(base, gamma), tf.mul(tf.pow(base, gamma - 1), gamma)];
}

/**
 * -sum_c t_c (1 - p_c)^γ log p_c of every row, p = softmax(logits); with smoothed targets as Keras's
 * `CategoricalFocalCrossentropy`.
 * @param shifted [B, C] float32: logits less the largest of the row
 * @param targets [B, C] float32: share of each class, weighted
 * @returns sum over the rows (scalar), and its gradient by the logits [B, C]; inside a tidy
 */
export function focalSoftmax(
  shifted: tf.Tensor2D,
  targets: tf.Tensor2D,
  gamma: number,
): [total: tf.Scalar, gradient: tf.Tensor2D] {
  const exponentials = tf.exp(shifted);
  const sums = tf.sum(exponentials, 1, true); // [B, 1]
  const logarithms = tf.sub(shifted, tf.log(sums)); // log p
  const probabilities = tf.div(exponentials, sums);
  const [factor, slope] = modulation(tf.div(tf.sub(sums, exponentials), sums), gamma);
  const total = tf.neg(tf.sum(tf.mul(targets, tf.mul(factor, logarithms)))) as tf.Scalar;
  // By p_c, times p_c: t_c (γ (1 - p_c)^(γ-1) p_c log p_c - (1 - p_c)^γ). The softmax turns u into u - p sum(u).
  const inner = tf.mul(targets, tf.sub(tf.mul(slope, tf.mul(probabilities, logarithms)), factor));
  const gradient = tf.sub(inner, tf.mul(probabilities, tf.sum(inner, 1, true))) as tf.Tensor2D;
  return [total, gradient];
}

/**
 * What makes a sigmoid's cross-entropy focal: (1 - p_t)^γ, p_t = p z + (1 - p) (1 - z), for smoothed targets too, as in
 * Keras's `BinaryFocalCrossentropy` and torchvision's `sigmoid_focal_loss`.
 * @param logits [B, C] float32
 * @param targets [B, C] float32, z, each in [0, 1]
 * @param losses [B, C] cross-entropy of each element
 * @param gradients [B, C] of `losses` by the logits
 * @returns the two with the factor; inside a tidy
 */
export function focalSigmoid(
  logits: tf.Tensor2D,
  targets: tf.Tensor,
  [losses, gradients]: readonly [losses: tf.Tensor, gradients: tf.Tensor],
  gamma: number,
): [losses: tf.Tensor, gradients: tf.Tensor] {
  const positive = tf.sigmoid(logits);
  const negative = tf.sigmoid(tf.neg(logits));
  const missing = tf.add(tf.mul(positive, tf.sub(1, targets)), tf.mul(negative, targets)); // 1 - p_t
  const [factor, slope] = modulation(missing, gamma);
  const missingSlope = tf.mul(tf.mul(positive, negative), tf.sub(1, tf.mul(targets, 2)));
  return [
    tf.mul(factor, losses),
    tf.add(tf.mul(factor, gradients), tf.mul(losses, tf.mul(slope, missingSlope))),
  ];
}
