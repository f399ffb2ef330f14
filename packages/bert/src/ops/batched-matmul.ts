import * as tf from '@tensorflow/tfjs';

import { hasHeap, passOverHeap } from '../heap.js';

/** Below this many multiplications a matrix product is cheaper than the call that asks for it. */
const WORTH_A_CALL = 24 ** 3;

/**
 * Matrix product of each pair in two stacks, without transpose flags: on the WebAssembly backend a flag or a batch
 * axis leaves the fast path, so there larger matrices are multiplied pair by pair.
 * @param a [G, M, K] float32
 * @param b [G, K, N] float32
 * @returns [G, M, N] float32; caller disposes
 */
export function batchedMatMul(a: tf.Tensor3D, b: tf.Tensor3D): tf.Tensor3D {
  const [count, m, k] = a.shape;
  const n = b.shape[2];
  if (!hasHeap() || m * k * n < WORTH_A_CALL) return tf.matMul(a, b);
  return tf.tidy(() => {
    const lefts = unstack(a);
    const rights = unstack(b);
    const products = lefts.map((left, i) => tf.matMul(left, rights[i]));
    return passOverHeap(products, [{ shape: [count, m, n] }], (from, [to]) => {
      from.forEach((matrix, i) => to.set(matrix, i * m * n));
    })[0] as tf.Tensor3D;
  });
}

/** The matrices of a stack, each copied once; the backend's own `unstack` copies the whole stack for each. */
function unstack(stack: tf.Tensor3D): tf.Tensor2D[] {
  const [count, m, n] = stack.shape;
  const outputs = Array.from({ length: count }, () => ({ shape: [m, n] }));
  return passOverHeap([stack], outputs, ([from], to) => {
    to.forEach((matrix, i) => matrix.set(from.subarray(i * m * n, (i + 1) * m * n)));
  }) as tf.Tensor2D[];
}
