import * as tf from '@tensorflow/tfjs';

import { type TrainingRun, dropoutStream, nameHash } from '../dropout-stream.js';
import { hasHeap, type HeapView, passOverHeap } from '../heap.js';
import { type PhiloxStream, philoxWords } from '../philox.js';
import { hasKernel, runKernel } from './device-kernel.js';
import { type Differentiable, withGradient } from './with-gradient.js';

/** A dropout site that is switched on: zeroes a share `rate` of the elements and scales the rest by 1 / (1 - rate). */
export interface Dropout {
  /** share of elements set to zero, in [0, 1) */
  readonly rate: number;
  /** the step whose mask it is */
  readonly run: TrainingRun;
  /** name of the place in the network; two sites of one step must not share it */
  readonly site: string;
}

/**
 * Inverted dropout with a mask from a counter-based generator: the same (seed, step, site) gives the same mask on
 * every backend. The mask is kept for the gradient at one byte an element.
 * @param x float32 of any shape
 * @param dropout absent in evaluation, when `x` itself is returned
 * @returns float32 of the shape of `x`; caller disposes (`x` itself in evaluation)
 */
export function dropout<T extends tf.Tensor>(x: T, dropout: Dropout | undefined): T {
  if (dropout === undefined || dropout.rate === 0) return x;
  return withGradient([x as tf.Tensor], (x): Differentiable<[tf.Tensor], tf.Tensor> => {
    const mask = keepMask(x.shape, dropout);
    return {
      value: applyMask(x, mask, dropout.rate),
      saved: [mask],
      gradient: (dy, [mask]) => [applyMask(dy, mask, dropout.rate)],
    };
  }) as T;
}

/** `x / (1 - rate)` where the mask is set, 0 elsewhere; its own gradient. */
export function applyMask(x: tf.Tensor, mask: tf.Tensor, rate: number): tf.Tensor {
  const scale = 1 / (1 - rate);
  if (!hasHeap()) return tf.tidy(() => tf.mul(tf.mul(x, tf.cast(mask, 'float32')), scale));
  return passOverHeap([x, mask], [{ shape: x.shape }], ([xs, keep], [ys]) => {
    for (let i = 0; i < xs.length; i++) ys[i] = xs[i] * (keep[i] * scale); // no branch: it would be mispredicted
  })[0];
}

/** Attributes of the kernel `KeepMask`; its result is bool of the given shape, bit for bit that of `keepMask`. */
interface KeepMaskAttributes extends tf.NamedAttrMap {
  shape: number[];
  /** share of elements that are dropped */
  rate: number;
  /** `nameHash` of the site: an unsigned 32-bit integer */
  site: number;
}

/**
 * Which elements survive: those whose uniform number in [0, 1), the low 23 bits of their word, is at least `rate`
 * in float32. TensorFlow's stateless uniform op makes the same numbers of the same key and counter.
 * @returns bool of the given shape; caller disposes
 */
export function keepMask(shape: readonly number[], dropout: Dropout): tf.Tensor {
  return hasKernel('KeepMask') ? deviceMask(shape, dropout) : hostMask(shape, dropout);
}

function deviceMask(shape: readonly number[], { rate, run, site }: Dropout): tf.Tensor {
  return tf.tidy(() => {
    const attributes: KeepMaskAttributes = { shape: [...shape], rate, site: nameHash(site) };
    // The numbers of a run that is being traced cannot be read: only where there is no tensor.
    return runKernel('KeepMask', { run: run.onDevice ?? runBits(run) }, attributes);
  });
}

/** The numbers of a run as `TrainingRun.onDevice` has them. */
function runBits({ seed, step, microBatch = 0 }: TrainingRun): tf.Tensor1D {
  return tf.tensor1d(Int32Array.of(seed, step, microBatch), 'int32');
}

function hostMask(shape: readonly number[], { rate, run, site }: Dropout): tf.Tensor {
  const stream = dropoutStream(run, site);
  if (hasHeap()) {
    return passOverHeap([], [{ shape, dtype: 'bool' }], (_, [keep]) => fillMask(keep, stream, rate))[0];
  }
  const keep = new Uint8Array(tf.util.sizeFromShape([...shape]));
  fillMask(keep, stream, rate);
  return tf.tensor(keep, [...shape], 'bool');
}

/** Words drawn at a time: few enough to stay in the cache. */
const BLOCK = 4096;

function fillMask(keep: HeapView, stream: PhiloxStream, rate: number): void {
  const words = new Uint32Array(Math.min(BLOCK, keep.length));
  const threshold = Math.fround(rate) * 2 ** 23;
  for (let start = 0; start < keep.length; start += BLOCK) {
    philoxWords(words, stream, start / 4);
    const count = Math.min(BLOCK, keep.length - start);
    for (let i = 0; i < count; i++) keep[start + i] = (words[i] & 0x7fffff) >= threshold ? 1 : 0;
  }
}
