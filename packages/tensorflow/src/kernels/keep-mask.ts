import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';

/** Attributes of `KeepMask`. */
interface KeepMaskAttrs {
  readonly shape: number[];
  /** share of elements that are dropped */
  readonly rate: number;
  /** uint32 that names the place in the network */
  readonly site: number;
}

/** `alg` of TensorFlow's stateless random operations. */
const PHILOX = 1;

/**
 * Dropout masks from a counter: which elements of Philox4x32-10 with key (seed, micro-batch) and counter (element group,
 * step, site) are at least `rate`. The same words as `@bertune/bert` draws in JavaScript, and so the same masks on every
 * backend.
 *
 * Input `run`: int32 [3], the bits of seed, step and micro-batch. Result: bool of the given shape.
 */
export const keepMask = {
  kernelName: 'KeepMask',
  kernelFunc(backend: TensorFlowBackend, { run }: { run: tf.Tensor1D }, attrs: KeepMaskAttrs): tf.Tensor {
    const { shape, rate, site } = attrs;
    return tf.tidy(() => {
      const [seed, step, microBatch] = [0, 1, 2].map((at) => tf.slice1d(run, at, 1));
      const key = words(backend, [seed, microBatch]);
      const zero = tf.tensor1d([0], 'int32');
      const counter = words(backend, [zero, zero, step, tf.tensor1d([site | 0], 'int32')]);
      const inputs = [tf.tensor1d(shape, 'int32'), key, counter, tf.scalar(PHILOX, 'int32')];
      const threshold = Math.fround(rate);
      return backend.engine.activeTrace?.options.jitCompile
        ? aboveByBits(backend, inputs, threshold)
        : aboveByNumber(backend, inputs, threshold);
    });
  },
};

/** TensorFlow's uniform number is the low 23 bits of the word, over 2^23. */
function aboveByNumber(backend: TensorFlowBackend, inputs: tf.Tensor[], threshold: number): tf.Tensor {
  const attributes = [typeAttribute('dtype', DataType.float32), typeAttribute('Tshape', DataType.int32)];
  const uniform = backend.run('StatelessRandomUniformV2', attributes, inputs);
  return tf.greaterEqual(uniform, threshold);
}

/** XLA makes its uniform numbers of the high bits; the words themselves are the same. */
function aboveByBits(backend: TensorFlowBackend, inputs: tf.Tensor[], threshold: number): tf.Tensor {
  const attributes = [typeAttribute('dtype', DataType.int32), typeAttribute('Tshape', DataType.int32)];
  const bits = backend.run('StatelessRandomUniformFullIntV2', attributes, inputs);
  const low = backend.run(
    'BitwiseAnd',
    [typeAttribute('T', DataType.int32)],
    [bits, tf.scalar(0x7fffff, 'int32')],
  );
  return tf.greaterEqual(low, tf.scalar(Math.ceil(threshold * 2 ** 23), 'int32'));
}

/** Pairs of int32, low half first, as uint64 [halves / 2]. */
function words(backend: TensorFlowBackend, halves: tf.Tensor1D[]): tf.Tensor {
  const pairs = tf.reshape(tf.concat1d(halves), [halves.length / 2, 2]);
  const types = [typeAttribute('T', DataType.int32), typeAttribute('type', DataType.uint64)];
  return backend.run('Bitcast', types, [pairs]);
}
