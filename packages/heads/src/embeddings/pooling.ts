import { withGradient } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

/**
 * How the hidden states of a text become one vector. `cls`: that of the first token. `mean`, `max`: over the tokens that
 * are not padding. `mean-sqrt-length`: their sum over the square root of their number.
 */
export type Pooling = 'cls' | 'mean' | 'max' | 'mean-sqrt-length';

/** Below every activation: what padding counts as in a maximum, as in sentence-transformers. */
const LOWEST = -1e9;

/**
 * One vector a text.
 * @param hidden [B, T, D] float32
 * @param attentionMask [B, T] int32
 * @returns [B, D] float32; caller disposes
 */
export function pool(pooling: Pooling, hidden: tf.Tensor3D, attentionMask: tf.Tensor2D): tf.Tensor2D {
  const [batch, length, width] = hidden.shape;
  return tf.tidy(() => {
    if (pooling === 'cls') return tf.reshape(tf.slice(hidden, [0, 0, 0], [batch, 1, width]), [batch, width]);
    const counts = tf.reshape(tf.cast(attentionMask, 'float32'), [batch, length, 1]);
    if (pooling === 'max') {
      const lowered = tf.add(tf.mul(hidden, counts), tf.mul(tf.sub(1, counts), LOWEST));
      return tf.max(lowered, 1) as tf.Tensor2D;
    }
    const sum = tf.sum(tf.mul(hidden, counts), 1); // [B, D]
    const tokens = tf.maximum(tf.sum(counts, 1), 1e-9); // [B, 1]
    return tf.div(sum, pooling === 'mean' ? tokens : tf.sqrt(tokens)) as tf.Tensor2D;
  });
}

/**
 * Vectors of length 1 in the same direction; zero stays zero.
 * @param x [N, D] float32
 * @returns [N, D] float32; caller disposes
 */
export function normalizeRows(x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x], (x) => {
    const inverse = tf.tidy(() => {
      const norm = tf.sqrt(tf.sum(tf.square(x), 1, true)); // [N, 1]
      return tf.div(1, tf.maximum(norm, 1e-12));
    });
    const value = tf.mul(x, inverse) as tf.Tensor2D;
    return {
      value,
      saved: [value, inverse],
      // What of dy is along the vector changes its length only.
      gradient: (dy, [value, inverse]) => {
        const along = tf.sum(tf.mul(dy, value), 1, true);
        return [tf.mul(tf.sub(dy, tf.mul(value, along)), inverse)];
      },
    };
  });
}
