import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

/**
 * Affine map by the transpose of an embedding table, `x Eᵀ + b`: a decoder whose weight is tied to the embeddings. The
 * transposes are explicit, as in the encoder's `linear`: matmuls with flags leave the WebAssembly backend's fast path.
 * @param table [V, D] float32
 * @param bias [V] float32
 * @param x [N, D] float32
 * @returns [N, V] float32; caller disposes
 */
export function tiedLinear(table: tf.Tensor2D, bias: tf.Tensor1D, x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([table, bias, x], (table, bias, x) => ({
    value: tf.fused.matMul({ a: x, b: tf.transpose(table), bias }) as tf.Tensor2D,
    saved: [table, x],
    gradient: (dy: tf.Tensor2D, [table, x]) => [
      tf.matMul(tf.transpose(dy), x as tf.Tensor2D), // [V, N] [N, D] -> [V, D]
      tf.reshape(tf.matMul(tf.fill([1, dy.shape[0]], 1), dy), [dy.shape[1]]), // sum over the rows
      tf.matMul(dy, table as tf.Tensor2D), // [N, V] [V, D] -> [N, D]
    ],
  }));
}
