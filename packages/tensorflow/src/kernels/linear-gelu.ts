import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { fusedMatMulAttributes } from '../binding/fused-operations.js';

interface LinearInputs {
  /** [N, I] float32 */
  readonly x: tf.Tensor2D;
  /** [I, O] float32 */
  readonly weight: tf.Tensor2D;
  /** [O] float32 */
  readonly bias: tf.Tensor1D;
}

/** `gelu(x W + b)` as one operation, without gradient. Attribute `approximate`: the tanh form. */
export const linearGelu = {
  kernelName: 'LinearGelu',
  kernelFunc(
    backend: TensorFlowBackend,
    { x, weight, bias }: LinearInputs,
    { approximate }: { approximate: boolean },
  ): tf.Tensor {
    if (backend.engine.fuses('gelu')) {
      const steps = ['BiasAdd', approximate ? 'GeluApproximate' : 'GeluExact'] as const;
      return backend.run('_FusedMatMul', fusedMatMulAttributes(steps), [x, weight, bias]);
    }
    return tf.tidy(() => {
      const y = tf.fused.matMul({ a: x, b: weight, bias });
      const inner = approximate
        ? tf.tanh(tf.mul(tf.mul(y, Math.sqrt(2 / Math.PI)), tf.add(tf.mul(tf.square(y), 0.044715), 1)))
        : tf.erf(tf.mul(y, Math.SQRT1_2));
      return tf.mul(y, tf.mul(tf.add(inner, 1), 0.5));
    });
  },
};
