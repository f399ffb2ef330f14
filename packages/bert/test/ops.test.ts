import { expectClose } from '@bertune/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { activate } from '../src/ops/activation.js';
import { attention } from '../src/ops/attention.js';
import { batchedMatMul } from '../src/ops/batched-matmul.js';
import { dropout, keepMask } from '../src/ops/dropout.js';
import { embed } from '../src/ops/embedding.js';
import { layerNorm, layerNormOfSum } from '../src/ops/layer-norm.js';
import { linear } from '../src/ops/linear.js';
import { withGradient } from '../src/ops/with-gradient.js';

/**
 * Each operation against the same mathematics written with TensorFlow.js operations and differentiated by
 * TensorFlow.js on the cpu backend, which shares no code with the hand-written gradients.
 */
type Values = { shape: number[]; data: number[] };

let counter = 0;
/** Reproducible values around zero, irregular enough that swapped axes show. */
function values(...shape: number[]): Values {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = Array.from(
    { length: size },
    () => Math.sin(++counter * 12.9898) * 1.7 + Math.cos(counter * 0.37) * 0.4,
  );
  return { shape, data };
}

type Op = (...inputs: tf.Tensor[]) => tf.Tensor;

function run(op: Op, inputs: Values[], weight: Values): Float32Array[] {
  return tf.tidy(() => {
    const tensors = inputs.map(({ data, shape }) => tf.tensor(data, shape));
    const dy = tf.tensor(weight.data, weight.shape);
    const { value, grads } = tf.valueAndGrads((...xs) => tf.sum(tf.mul(op(...xs), dy)) as tf.Scalar)(tensors);
    const output = op(...tensors);
    return [value, output, ...grads].map((tensor) => tensor.dataSync() as Float32Array);
  });
}

async function compare(
  backend: string,
  ours: Op,
  reference: Op,
  inputs: Values[],
  output: number[],
): Promise<void> {
  const weight = values(...output);
  await tf.setBackend('cpu');
  const expected = run(reference, inputs, weight);
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const actual = run(ours, inputs, weight);
  expect(tf.memory().numTensors).toBe(before);
  actual.forEach((data, i) => expectClose(data, expected[i], { atol: 2e-6, rtolOfMax: 5e-6 }, `output ${i}`));
}

const int = (data: number[], shape: [number, number]): tf.Tensor2D => tf.tensor2d(data, shape, 'int32');

describe.each(['cpu', 'wasm'])('operations on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  it('linear', async () => {
    const ours: Op = (x, w, b) =>
      linear({ weight: w as tf.Tensor2D, bias: b as tf.Tensor1D }, x as tf.Tensor2D);
    const reference: Op = (x, w, b) => tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b);
    await compare(backend, ours, reference, [values(7, 5), values(5, 3), values(3)], [7, 3]);
  });

  const composedNorm: Op = (x, gamma, beta) => {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centered), -1, true), 1e-12));
    return tf.add(tf.mul(tf.div(centered, deviation), gamma), beta);
  };

  it('layer norm', async () => {
    const ours: Op = (x, g, b) =>
      layerNorm({ weight: g as tf.Tensor1D, bias: b as tf.Tensor1D }, x as tf.Tensor2D, 1e-12);
    await compare(backend, ours, composedNorm, [values(6, 10), values(10), values(10)], [6, 10]);
  });

  it('layer norm of a sum', async () => {
    const ours: Op = (x, r, g, b) => {
      const norm = { weight: g as tf.Tensor1D, bias: b as tf.Tensor1D };
      return layerNormOfSum(norm, x as tf.Tensor2D, r as tf.Tensor2D, 1e-12);
    };
    const reference: Op = (x, r, g, b) => composedNorm(tf.add(x, r), g, b);
    await compare(backend, ours, reference, [values(6, 10), values(6, 10), values(10), values(10)], [6, 10]);
  });

  it.each<['gelu' | 'gelu-tanh' | 'relu', Op]>([
    ['gelu', (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))],
    [
      'gelu-tanh',
      (x) => {
        const inner = tf.mul(tf.add(x, tf.mul(tf.pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI));
        return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
      },
    ],
    ['relu', (x) => tf.relu(x)],
  ])('%s', async (name, reference) => {
    const wide = values(5, 41);
    wide.data = wide.data.map((_, i) => (i - 100) / 15 + 0.001);
    await compare(backend, (x) => activate(name, x), reference, [wide], [5, 41]);
  });

  // x, x Φ(x) and its derivative, from Python's math.erfc in float64.
  const GELU: [number, number, number][] = [
    [-6, -5.91952587e-9, -3.54687095e-8],
    [-3.5, -0.000814201777, -0.00282176035],
    [-2, -0.0455002639, -0.0852318011],
    [-1.25, -0.132062217, -0.122661583],
    [-0.5, -0.154268769, 0.132504875],
    [-0.01, -0.00496010644, 0.49202142],
    [0, 0, 0.5],
    [0.01, 0.00503989356, 0.50797858],
    [0.3, 0.185373427, 0.732327767],
    [0.75, 0.580029486, 0.999225722],
    [1, 0.841344746, 1.08331547],
    [1.9, 1.84543854, 1.09595349],
    [2.6, 2.58788091, 1.03065453],
    [4, 3.99987332, 1.00050365],
    [7, 7, 1],
  ];

  it('gelu is exact to the accuracy of float32', () => {
    tf.tidy(() => {
      const x = tf.tensor1d(GELU.map(([x]) => x));
      const { value, grad } = tf.valueAndGrad((x) => tf.sum(activate('gelu', x)))(x);
      const tolerance = { atol: 6e-7 };
      expectClose(
        activate('gelu', x).dataSync(),
        GELU.map(([, y]) => y),
        tolerance,
        'value',
      );
      expectClose(
        grad.dataSync(),
        GELU.map(([, , dy]) => dy),
        tolerance,
        'derivative',
      );
      expect(value.dataSync()[0]).toBeCloseTo(
        GELU.reduce((sum, [, y]) => sum + y, 0),
        4,
      );
    });
  });

  it.each([
    ['small heads', 5, 8],
    ['heads worth a call each', 26, 56],
  ])('attention with padding, %s', async (_name, length, width) => {
    const [batch, heads] = [2, 2];
    const mask = Array.from({ length: batch * length }, (_, i) =>
      i < length || i % length < length - 2 ? 1 : 0,
    );
    const ours: Op = (q, k, v) => {
      const [query, key, value] = [q, k, v] as tf.Tensor2D[];
      return attention(query, key, value, int(mask, [batch, length]), { batch, length, heads }, undefined);
    };
    const k = width / heads;
    const split = (x: tf.Tensor): tf.Tensor4D =>
      tf.transpose(tf.reshape(x, [batch, length, heads, k]), [0, 2, 1, 3]);
    const reference: Op = (q, key, v) => {
      const scores = tf.div(tf.matMul(split(q), split(key), false, true), Math.sqrt(k));
      const bias = tf.reshape(tf.mul(tf.sub(1, tf.tensor(mask)), -1e9), [batch, 1, 1, length]);
      const context = tf.matMul(tf.softmax(tf.add(scores, bias)) as tf.Tensor4D, split(v));
      return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch * length, width]);
    };
    const rows = batch * length;
    const inputs = [values(rows, width), values(rows, width), values(rows, width)];
    await compare(backend, ours, reference, inputs, [rows, width]);
  });

  it('attention with dropout on the probabilities', async () => {
    const [batch, length, heads, width] = [2, 6, 2, 8];
    const ones = Array.from({ length: batch * length }, () => 1);
    const on = { rate: 0.3, run: { seed: 5, step: 9 }, site: 'here' };
    const ours: Op = (q, k, v) => {
      const [query, key, value] = [q, k, v] as tf.Tensor2D[];
      return attention(query, key, value, int(ones, [batch, length]), { batch, length, heads }, on);
    };
    const split = (x: tf.Tensor): tf.Tensor4D =>
      tf.transpose(tf.reshape(x, [batch, length, heads, 4]), [0, 2, 1, 3]);
    const reference: Op = (q, key, v) => {
      const scores = tf.div(tf.matMul(split(q), split(key), false, true), 2);
      const mask = tf.cast(
        tf.reshape(keepMask([batch * heads, length, length], on), scores.shape),
        'float32',
      );
      const dropped = tf.div(tf.mul(tf.softmax(scores), mask), 0.7);
      const context = tf.matMul(dropped as tf.Tensor4D, split(v));
      return tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [batch * length, width]);
    };
    const rows = batch * length;
    const inputs = [values(rows, width), values(rows, width), values(rows, width)];
    await compare(backend, ours, reference, inputs, [rows, width]);
  });

  it('embedding sums the gradients of repeated ids; that of padding stays where it is', async () => {
    const ids = [3, 1, 3, 0, 3, 6];
    const padding = 1;
    const types = [0, 0, 1, 0, 1, 1];
    const ours: Op = (word, position, tokenType) => {
      const tables = { word, position, tokenType } as Record<'word' | 'position' | 'tokenType', tf.Tensor2D>;
      return embed(tables, int(ids, [2, 3]), int(types, [2, 3]), padding);
    };
    const reference: Op = (word, position, type) => {
      const positions = tf.tensor([0, 1, 2, 0, 1, 2], [6], 'int32');
      const lookup = (table: tf.Tensor, at: tf.Tensor): tf.Tensor =>
        tf.matMul(tf.oneHot(at, table.shape[0]), table);
      const counts = tf.tensor([1, 0, 1, 1, 1, 1, 1], [7, 1]);
      // The value is all of the table's; what is not counted comes in without a gradient.
      const still = tf.tensor(tf.mul(word, tf.sub(1, counts)).dataSync(), [7, 4]);
      const word6 = lookup(tf.add(tf.mul(word, counts), still), tf.tensor(ids, [6], 'int32'));
      return tf.add(tf.add(word6, lookup(position, positions)), lookup(type, tf.tensor(types, [6], 'int32')));
    };
    await compare(backend, ours, reference, [values(7, 4), values(5, 4), values(2, 4)], [6, 4]);
  });

  it('batched matmul multiplies pair by pair', async () => {
    const reference: Op = (a, b) => tf.matMul(a as tf.Tensor3D, b as tf.Tensor3D);
    for (const [m, k, n] of [
      [2, 3, 4],
      [30, 24, 25],
    ]) {
      const [a, b] = [values(3, m, k), values(3, k, n)];
      await tf.setBackend('cpu');
      const expected = tf.tidy(() =>
        reference(tf.tensor(a.data, a.shape), tf.tensor(b.data, b.shape)).dataSync(),
      );
      await tf.setBackend(backend);
      const product = batchedMatMul(tf.tensor3d(a.data, [3, m, k]), tf.tensor3d(b.data, [3, k, n]));
      expectClose(product.dataSync(), expected, { atol: 1e-5, rtolOfMax: 1e-6 });
    }
  });

  it('dropout zeroes the given share, scales the rest, and its gradient uses the same mask', () => {
    const on = { rate: 0.1, run: { seed: 42, step: 3 }, site: 'encoder.layer.0.output' };
    const [y, dx] = tf.tidy(() => {
      const x = tf.ones([200, 500]);
      return [
        dropout(x, on).dataSync(),
        tf
          .grad((x) => tf.sum(dropout(x, on)))(x)
          .dataSync(),
      ];
    });
    const dropped = [...y].filter((value) => value === 0).length;
    // 100,000 draws at 0.1: five standard deviations are 475.
    expect(Math.abs(dropped - 10_000)).toBeLessThan(475);
    expect(new Set(y)).toEqual(new Set([0, Math.fround(1 / 0.9)]));
    expect([...dx]).toEqual([...y]);
  });
});

describe.each(['cpu', 'wasm'])('an operation with a gradient of its own on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });
  afterAll(async () => {
    await tf.setBackend('cpu');
  });

  it('keeps inputs without copying their values, and nothing where no gradient is taken', () => {
    const x = tf.variable(tf.tensor1d([1, 2, 3]));
    const kept: tf.DataId[] = [];
    const double = (): tf.Scalar =>
      tf.sum(
        withGradient([x as tf.Tensor], (x) => ({
          value: tf.mul(x, 2),
          saved: [x],
          gradient(dy, [x]) {
            kept.push(x.dataId);
            return [tf.mul(dy, 2)];
          },
        })),
      );
    const before = tf.memory();
    tf.tidy(() => void double());
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    tf.tidy(() => void tf.variableGrads(double));
    expect(kept).toEqual([x.dataId]);
    expect(tf.memory()).toMatchObject({ numTensors: before.numTensors, numBytes: before.numBytes });
    x.dispose();
  });

  it('frees temporaries and what it kept once its gradient has run, but no result', () => {
    const kept: tf.Tensor[] = [];
    const product: Op = (x, y) =>
      withGradient([x, y], (x, y) => ({
        value: tf.mul(x, y),
        saved: [x, y],
        gradient(dy, [x, y]) {
          kept.push(x, y);
          return [tf.mul(tf.mul(dy, 1), y), dy.dataSync()[0] === 1 ? x : tf.mul(dy, x)];
        },
      }));
    const watched: Op = (x) =>
      withGradient([x], (x) => ({
        value: tf.clone(x),
        saved: [],
        gradient(dy) {
          expect(kept.map(({ isDisposed }) => isDisposed)).toEqual([true, true]);
          return [tf.clone(dy)];
        },
      }));
    const before = tf.memory().numTensors;
    const [dx, dy] = tf.tidy(() =>
      tf
        .grads((x, y) => product(watched(x), y))([tf.scalar(3), tf.scalar(5)])
        .map((gradient) => gradient.dataSync()[0]),
    );
    expect([dx, dy]).toEqual([5, 3]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('dropout masks', () => {
  const mask = (seed: number, step: number, site: string, microBatch = 0): string => {
    const tensor = keepMask([64], { rate: 0.5, run: { seed, step, microBatch }, site });
    const key = [...tensor.dataSync()].join('');
    tensor.dispose();
    return key;
  };

  it('are the same on every backend', async () => {
    await tf.setBackend('cpu');
    const onCpu = mask(1, 2, 'a');
    await tf.setBackend('wasm');
    expect(mask(1, 2, 'a')).toBe(onCpu);
    await tf.setBackend('cpu');
  });

  it('differ by seed, step, site and micro-batch', () => {
    const all = [mask(1, 2, 'a'), mask(2, 2, 'a'), mask(1, 3, 'a'), mask(1, 2, 'b'), mask(1, 2, 'a', 1)];
    expect(new Set(all).size).toBe(5);
  });
});
