import * as tf from '@tensorflow/tfjs';

/*
 * Kernels that a backend may register beyond those of TensorFlow.js, because it has one operation for what takes several
 * kernels elsewhere. Asked for by name; no backend is named.
 *
 * - `KeepMask`: inputs `{ run }`, attributes `{ shape, rate, site }`; see `keepMask`
 * - `LayerNorm`: inputs `{ x, gamma, beta }`, attributes `{ epsilon }`; without gradient
 * - `LinearGelu`: inputs `{ x, weight, bias }`, attributes `{ approximate }`; without gradient
 */
type DeviceKernel = 'KeepMask' | 'LayerNorm' | 'LinearGelu';

/** Whether the active backend has the kernel. */
export function hasKernel(name: DeviceKernel): boolean {
  // The registry has no entry, whatever its type says.
  return (tf.getKernel(name, tf.getBackend()) as tf.KernelConfig | undefined) !== undefined;
}

/**
 * Runs the kernel on the active backend.
 * @returns its result; caller disposes
 */
export function runKernel<T extends tf.Tensor>(
  name: DeviceKernel,
  inputs: tf.NamedTensorMap,
  attributes: tf.NamedAttrMap,
): T {
  return tf.engine().runKernel<T>(name, inputs, attributes);
}

/** Whether gradients are asked for of what is computed now. */
export function isDifferentiating(): boolean {
  return tf.engine().state.gradientDepth > 0;
}
