import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

/**
 * Picks rows by their index. The gradient scatters them back, adding up what was picked twice; `tf.gather`'s own uses
 * a segment sum that the WebAssembly backend does not have.
 * @param x [N, D] float32
 * @param indices [M] int32, each in [0, N)
 * @returns [M, D] float32; caller disposes
 */
export function gatherRows(x: tf.Tensor2D, indices: tf.Tensor1D): tf.Tensor2D {
  const { shape } = x;
  return withGradient([x], (x) => ({
    value: tf.gather(x, indices) as tf.Tensor2D,
    saved: [indices],
    gradient: (dy, [indices]) => [tf.scatterND(tf.reshape(indices, [indices.size, 1]), dy, shape)],
  }));
}
