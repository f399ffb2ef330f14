import * as tf from '@tensorflow/tfjs';

/** One call of TensorFlow.js that two backends must answer alike. */
export interface OpCase {
  readonly name: string;
  /** made anew on each backend */
  readonly inputs: () => tf.Tensor[];
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];
  /** how far values may lie apart, relative to the largest; default 1e-5 */
  readonly tolerance?: number;
  /** why it cannot be compiled: the code of the error that says so */
  readonly compiled?: 'value-read' | 'unknown-shape';
  /** whether gradients by the float inputs are compared as well */
  readonly gradient?: boolean;
}

export type CaseOptions = Pick<OpCase, 'tolerance' | 'compiled' | 'gradient'>;

/** A case, in one line. */
export function op(
  name: string,
  inputs: () => tf.Tensor[],
  run: (...inputs: never[]) => tf.Tensor | tf.Tensor[],
  options: CaseOptions = {},
): OpCase {
  return { name, inputs, run: run as unknown as OpCase['run'], ...options };
}

/** Numbers in [0, 1) that look random and are the same everywhere: a linear congruential generator. */
function sequence(count: number, seed: number): number[] {
  let state = (seed * 7919 + 12345) >>> 0;
  return Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  });
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** float32 in [low, high). */
export function floats(shape: number[], seed = 1, low = -2, high = 2): tf.Tensor {
  const values = sequence(sizeOf(shape), seed).map((value) => low + value * (high - low));
  return tf.tensor(Float32Array.from(values), shape);
}

/** int32 in [low, high). */
export function ints(shape: number[], seed = 1, low = -5, high = 6): tf.Tensor {
  const values = sequence(sizeOf(shape), seed).map((value) => Math.floor(low + value * (high - low)));
  return tf.tensor(Int32Array.from(values), shape, 'int32');
}

/** bool, about half of them true. */
export function bools(shape: number[], seed = 1): tf.Tensor {
  const values = sequence(sizeOf(shape), seed).map((value) => (value < 0.5 ? 1 : 0));
  return tf.tensor(Uint8Array.from(values), shape, 'bool');
}

/** An int32 tensor of these values. */
export function indices(values: number[], shape: number[] = [values.length]): tf.Tensor {
  return tf.tensor(values, shape, 'int32');
}
