import * as tf from '@tensorflow/tfjs';

import { rangeProblems } from './errors.js';
import { heapBackend } from './heap.js';

/** Clipping of all gradients together by their global norm, the root of the sum of all their squares. */
export interface ClipNorm {
  /** norm above which gradients are shortened; `Infinity` measures only */
  readonly maxNorm: number;
  /**
   * `torch`: factor min(1, max / (norm + 1e-6)), as `clip_grad_norm_`.
   * `tensorflow`: factor max / max(norm, max), as `clip_by_global_norm` in Google's BERT.
   */
  readonly formula: 'torch' | 'tensorflow';
}

/** What is wrong with a clipping. */
export function clipProblems({ maxNorm, formula }: ClipNorm): string[] {
  const known = (['torch', 'tensorflow'] as const).includes(formula);
  return [
    ...(maxNorm === Infinity ? [] : rangeProblems({ clipNorm: maxNorm }, 'positive')),
    ...(known ? [] : [`clipNorm.formula must be 'torch' or 'tensorflow', found ${formula}`]),
  ];
}

/** The factor that brings gradients of this norm under the limit, in (0, 1]. */
export function clipFactor(norm: number, { maxNorm, formula }: ClipNorm): number {
  if (maxNorm === Infinity) return 1;
  return formula === 'torch' ? Math.min(1, maxNorm / (norm + 1e-6)) : maxNorm / Math.max(norm, maxNorm);
}

/**
 * The global norm of tensors. Squares are summed in float64 where the backend lets JavaScript see its memory, elsewhere
 * row by row on the device and the rows in float64, so that millions of terms do not lose float32's few digits.
 */
export async function globalNorm(tensors: readonly tf.Tensor[]): Promise<number> {
  const heap = heapBackend();
  if (heap) return Math.sqrt(sum(tensors.map((tensor) => sumOfSquares(heap.typedArrayFromHeap(tensor)))));

  const rows = tf.tidy(() => tf.concat(tensors.map(rowSumsOfSquares)));
  const values = await rows.data();
  rows.dispose();
  return Math.sqrt(sum(values));
}

function rowSumsOfSquares(tensor: tf.Tensor): tf.Tensor1D {
  const width = tensor.shape[tensor.rank - 1] ?? 1;
  return tf.sum(tf.square(tf.reshape(tensor, [-1, width])), 1);
}

function sumOfSquares(values: Float32Array): number {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i] * values[i];
  return total;
}

function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
