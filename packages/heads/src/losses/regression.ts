import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

/** Mean squared error, mean absolute error, or Huber's loss: squared up to 1, absolute beyond (halved). */
export type RegressionLoss = 'mean-squared-error' | 'mean-absolute-error' | 'huber';

/**
 * Distance of values from their targets, averaged over all elements. `huber` has its bend at 1, as torch's default.
 * @param values [B, C] float32
 * @param targets [B, C] float32
 * @returns scalar float32; caller disposes
 */
export function regressionLoss(values: tf.Tensor2D, targets: tf.Tensor2D, kind: RegressionLoss): tf.Scalar {
  return withGradient([values], (values) => {
    const [value, dValues] = tf.tidy(() => {
      const errors = tf.sub(values, targets);
      const [losses, gradients] = elementwise(errors, kind);
      return [tf.mean(losses), tf.div(gradients, values.size)] as [tf.Scalar, tf.Tensor2D];
    });
    return { value, saved: [dValues], gradient: (dy, [dValues]) => [tf.mul(dValues, dy)] };
  });
}

function elementwise(errors: tf.Tensor, kind: RegressionLoss): [losses: tf.Tensor, gradients: tf.Tensor] {
  switch (kind) {
    case 'mean-squared-error':
      return [tf.square(errors), tf.mul(errors, 2)];
    case 'mean-absolute-error':
      return [tf.abs(errors), tf.sign(errors)];
    case 'huber': {
      const clipped = tf.clipByValue(errors, -1, 1);
      // 0.5 e² within the bend, |e| - 0.5 beyond: both are c (e - c / 2) with c the clipped error.
      return [tf.mul(clipped, tf.sub(errors, tf.mul(clipped, 0.5))), clipped];
    }
  }
}
