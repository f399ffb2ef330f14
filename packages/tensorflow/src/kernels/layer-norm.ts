import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { layerNormAttributes } from '../binding/fused-operations.js';

interface LayerNormInputs {
  /** [N, D] float32 */
  readonly x: tf.Tensor2D;
  /** [D] float32 */
  readonly gamma: tf.Tensor1D;
  /** [D] float32 */
  readonly beta: tf.Tensor1D;
}

/** Layer normalisation over the last axis as one operation, without gradient. */
export const layerNorm = {
  kernelName: 'LayerNorm',
  kernelFunc(
    backend: TensorFlowBackend,
    { x, gamma, beta }: LayerNormInputs,
    { epsilon }: { epsilon: number },
  ): tf.Tensor {
    if (backend.engine.fuses('layerNorm')) {
      return backend.run('_MklLayerNorm', layerNormAttributes(epsilon), [x, gamma, beta]);
    }
    return tf.tidy(() => {
      const centered = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centered), -1, true);
      return tf.add(tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon))), gamma), beta);
    });
  },
};
