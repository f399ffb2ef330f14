import * as tf from '@tensorflow/tfjs';
import { expect, it } from '@jest/globals';

import { compile } from '../src/compile/compile.js';
import { describeNative, errorOf, tensorCount } from './native.js';
import type { OpCase } from './ops/case.js';
import { ELEMENTWISE } from './ops/elementwise.js';
import { PRODUCTS } from './ops/products.js';
import { REDUCTIONS } from './ops/reductions.js';
import { SHAPING } from './ops/shaping.js';

interface Answer {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
}

type Run = (inputs: tf.Tensor[]) => tf.Tensor | tf.Tensor[];

/** Runs on one backend and reads the results; nothing stays behind. */
async function answers(backend: string, { inputs }: OpCase, run: Run): Promise<Answer[]> {
  await tf.setBackend(backend);
  return tf.tidy(() =>
    [run(inputs())].flat().map((tensor) => ({
      dtype: tensor.dtype,
      shape: tensor.shape,
      values: Array.from(tensor.dataSync() as ArrayLike<number | string>),
    })),
  );
}

function expectSame(actual: readonly Answer[], expected: readonly Answer[], tolerance: number): void {
  expect(actual.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
    expected.map(({ dtype, shape }) => ({ dtype, shape })),
  );
  expected.forEach(({ dtype, values }, i) => {
    if (dtype !== 'float32' && dtype !== 'complex64') {
      expect(actual[i].values).toEqual(values);
      return;
    }
    const numbers = values as readonly number[];
    const largest = numbers.reduce(
      (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
      1,
    );
    const apart = numbers.filter((value, at) => {
      const found = actual[i].values[at] as number;
      return !Object.is(value, found) && !(Math.abs(value - found) <= tolerance * largest);
    });
    expect(apart.length === 0 ? [] : actual[i].values).toEqual(apart.length === 0 ? [] : values);
  });
}

/** Gradients by every float input of the sum of squares of all float results. */
function gradients({ run }: OpCase): Run {
  return (inputs) => {
    const at = inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
    const loss = (...floats: tf.Tensor[]): tf.Scalar => {
      const all = inputs.map((input, i) => (at.includes(i) ? floats[at.indexOf(i)] : input));
      const squares = [run(...all)].flat().map((y) => tf.sum(tf.square(tf.cast(y, 'float32'))));
      return tf.addN(squares) as tf.Scalar;
    };
    return tf.grads(loss)(at.map((i) => inputs[i]));
  };
}

const compiledRun =
  (run: Run): Run =>
  (inputs) => {
    const compiled = compile((...tensors: tf.Tensor[]) => run(tensors));
    try {
      compiled(...inputs); // the second call runs what the first has traced
      return compiled(...inputs);
    } finally {
      compiled.dispose();
    }
  };

const CASES = [...ELEMENTWISE, ...REDUCTIONS, ...SHAPING, ...PRODUCTS];

describeNative('tf.* on the native backend, against the cpu backend', () => {
  it.each(CASES)('$name', async (test) => {
    const { run, tolerance = 1e-5 } = test;
    const all: Run = (inputs) => run(...inputs);
    const expected = await answers('cpu', test, all);
    const before = tensorCount();
    expectSame(await answers('tensorflow', test, all), expected, tolerance);
    if (test.compiled) {
      const error = errorOf(() => tf.tidy(() => compiledRun(all)(test.inputs())));
      expect(error.code).toBe(test.compiled);
    } else {
      expectSame(await answers('tensorflow', test, compiledRun(all)), expected, tolerance);
    }
    expect(tensorCount()).toBe(before);
  });
});

describeNative('gradients on the native backend, against the cpu backend', () => {
  it.each(CASES.filter(({ gradient }) => gradient))('$name', async (test) => {
    const { tolerance = 1e-5 } = test;
    const expected = await answers('cpu', test, gradients(test));
    const before = tensorCount();
    expectSame(await answers('tensorflow', test, gradients(test)), expected, tolerance);
    expectSame(await answers('tensorflow', test, compiledRun(gradients(test))), expected, tolerance);
    expect(tensorCount()).toBe(before);
  });
});
