import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { type CrossEntropyOptions, IGNORED_LABEL, softmaxCrossEntropy } from './softmax-cross-entropy.js';

/** How much a student learns from its teacher, and how softly. */
export interface DistillationOptions {
  /** share of the teacher's soft labels in the loss of a labelled example, in [0, 1]; the labels have the rest; default 0.5 */
  readonly distillationWeight?: number | undefined;
  /** T, what both logits are divided by before the softmax, above 0; default 2 */
  readonly temperature?: number | undefined;
}

/** What is wrong with options of a distillation. */
export function distillationProblems({
  distillationWeight: weight = 0,
  temperature = 1,
}: DistillationOptions): string[] {
  return [
    ...(weight >= 0 && weight <= 1
      ? []
      : [`distillationWeight: expected a number in [0, 1], found ${weight}`]),
    ...(temperature > 0 && temperature < Infinity
      ? []
      : [`temperature: expected a finite number above 0, found ${temperature}`]),
  ];
}

/**
 * Knowledge distillation (Hinton et al. 2015, arXiv:1503.02531): of a labelled example
 * `(1 - w) * cross-entropy(label) + w * T^2 * KL(softmax(teacher / T) || softmax(student / T))`, of one without a label the
 * second part alone, with w = 1. The mean over all rows. T^2 keeps the gradients of both parts of one size.
 * @param logits [B, C] float32, of the student
 * @param labels [B] int32, each in [0, C), or -100 for an example without a label
 * @param teacherLogits [B, C] float32; no gradient goes to them
 * @param options class weights are those of the examples (`weightedMean: 'examples'`), and of the cross-entropy alone
 * @returns scalar float32; caller disposes
 */
export function distillationLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor1D,
  teacherLogits: tf.Tensor2D,
  options: DistillationOptions & Omit<CrossEntropyOptions, 'ignoredLabel' | 'weightedMean'> = {},
): tf.Scalar {
  const { distillationWeight: weight = 0.5, temperature = 2, ...ofLabels } = options;
  const [rows] = logits.shape;
  return tf.tidy(() => {
    const isLabelled = tf.cast(tf.notEqual(labels, tf.scalar(IGNORED_LABEL, 'int32')), 'float32');
    const share: tf.Tensor2D = tf.reshape(tf.sub(1, tf.mul(isLabelled, 1 - weight)), [rows, 1]);
    const soft = tf.div(softenedDivergence(logits, teacherLogits, share, temperature), rows);
    if (weight === 1) return soft as tf.Scalar;
    const hard = softmaxCrossEntropy(logits, labels, {
      ...ofLabels,
      weightedMean: 'examples',
      ignoredLabel: IGNORED_LABEL,
    });
    // The cross-entropy is a mean over the labelled rows: back to their sum, and over all rows.
    const shareOfLabelled = tf.mul(tf.sum(isLabelled), (1 - weight) / rows);
    return tf.add(tf.mul(hard, shareOfLabelled), soft) as tf.Scalar;
  });
}

/**
 * Sum over the rows of `share * T^2 * KL(softmax(teacher / T) || softmax(student / T))`.
 * @param share [B, 1] float32
 */
function softenedDivergence(
  logits: tf.Tensor2D,
  teacherLogits: tf.Tensor2D,
  share: tf.Tensor2D,
  temperature: number,
): tf.Scalar {
  return withGradient([logits], (logits) => {
    const [value, dLogits] = tf.tidy(() => {
      const [student, teacher] = [logits, teacherLogits].map((each) => softened(each, temperature));
      const difference = tf.sub(teacher.logarithms, student.logarithms);
      const scaled = tf.mul(share, temperature); // one T of T^2 goes with the derivative of logits / T
      const divergence = tf.sum(tf.mul(tf.mul(teacher.probabilities, difference), scaled));
      const gradient = tf.mul(tf.sub(student.probabilities, teacher.probabilities), scaled);
      return [tf.mul(divergence, temperature) as tf.Scalar, gradient as tf.Tensor2D] as const;
    });
    return { value, saved: [dLogits], gradient: (dy, [dLogits]) => [tf.mul(dLogits, dy)] };
  });
}

/** Softmax of logits / T, and its logarithms, which are finite for finite logits. */
function softened(
  logits: tf.Tensor2D,
  temperature: number,
): { readonly logarithms: tf.Tensor; readonly probabilities: tf.Tensor } {
  const shifted = tf.div(tf.sub(logits, tf.max(logits, 1, true)), temperature);
  const exponentials = tf.exp(shifted);
  const sums = tf.sum(exponentials, 1, true); // [B, 1]
  return { logarithms: tf.sub(shifted, tf.log(sums)), probabilities: tf.div(exponentials, sums) };
}
