import * as tf from '@tensorflow/tfjs';

import { withGradient } from './with-gradient.js';

/** Weight [I, O] and bias [O] of an affine map; the weight is stored as it is multiplied, input first. */
export interface Linear {
  /** [I, O] float32 */
  readonly weight: tf.Tensor2D;
  /** [O] float32 */
  readonly bias: tf.Tensor1D;
}

/**
 * Affine map `x W + b`.
 *
 * The gradients transpose explicitly: a matmul with a transpose flag leaves the fast path of the WebAssembly
 * backend, and graph compilers fold the transposes back in.
 * @param x [N, I] float32
 * @returns [N, O] float32; caller disposes
 */
export function linear({ weight, bias }: Linear, x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x, weight, bias], (x, weight, bias) => ({
    value: tf.fused.matMul({ a: x, b: weight, bias }) as tf.Tensor2D,
    saved: [x, weight],
    gradient: (dy, [x, weight]) => [
      tf.matMul(dy, tf.transpose(weight)), // [N, O] [O, I] -> [N, I]
      tf.matMul(tf.transpose(x), dy), // [I, N] [N, O] -> [I, O]
      sumRows(dy),
    ],
  }));
}

/**
 * Sum over the first axis as a matmul with ones, which every backend does well; `tf.sum(x, 0)` transposes first.
 * @param x [N, M] float32
 * @returns [M] float32; caller disposes
 */
export function sumRows(x: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => tf.reshape(tf.matMul(tf.fill([1, x.shape[0]], 1), x), [x.shape[1]]));
}
