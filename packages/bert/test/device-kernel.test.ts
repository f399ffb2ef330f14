import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { activatedLinear } from '../src/ops/activation.js';
import { layerNorm, layerNormOfSum } from '../src/ops/layer-norm.js';

/** Kernels that a backend may have: asked for in evaluation only, with these inputs and attributes. */
describe('kernels of the backend', () => {
  const calls: { name: string; attrs: unknown; inputs: string[] }[] = [];
  const register = (kernelName: string): void => {
    tf.registerKernel({
      kernelName,
      backendName: 'cpu',
      kernelFunc: ({ inputs, attrs }) => {
        calls.push({ name: kernelName, attrs, inputs: Object.keys(inputs) });
        return tf.fill([2, 3], 7);
      },
    });
  };
  const x = (): tf.Tensor2D => tf.tensor2d([1, 2, 3, 4, 5, 7], [2, 3]);
  const normalized = (x: tf.Tensor): tf.Tensor => tf.sum(layerNorm(norm(), x as tf.Tensor2D, 1e-12));
  const norm = (): { weight: tf.Tensor1D; bias: tf.Tensor1D } => ({
    weight: tf.tensor1d([1, 2, 3]),
    bias: tf.tensor1d([0, 1, 0]),
  });
  const linear = () => ({ weight: tf.eye(3), bias: tf.tensor1d([0, 0, 1]) });

  beforeAll(() => tf.setBackend('cpu'));
  afterEach(() => {
    calls.length = 0;
    for (const name of ['LayerNorm', 'LinearGelu']) {
      if (tf.getKernel(name, 'cpu')) tf.unregisterKernel(name, 'cpu');
    }
  });

  it('normalise, also a sum', () => {
    register('LayerNorm');
    expect([...layerNorm(norm(), x(), 1e-12).dataSync()]).toEqual(Array(6).fill(7));
    expect([...layerNormOfSum(norm(), x(), x(), 1e-5).dataSync()]).toEqual(Array(6).fill(7));
    expect(calls).toEqual([
      { name: 'LayerNorm', attrs: { epsilon: 1e-12 }, inputs: ['x', 'gamma', 'beta'] },
      { name: 'LayerNorm', attrs: { epsilon: 1e-5 }, inputs: ['x', 'gamma', 'beta'] },
    ]);
  });

  it('compute gelu of an affine map, in both forms; relu is not theirs', () => {
    register('LinearGelu');
    for (const activation of ['gelu', 'gelu-tanh', 'relu'] as const)
      activatedLinear(activation, linear(), x());
    expect(calls).toEqual([
      { name: 'LinearGelu', attrs: { approximate: false }, inputs: ['x', 'weight', 'bias'] },
      { name: 'LinearGelu', attrs: { approximate: true }, inputs: ['x', 'weight', 'bias'] },
    ]);
  });

  it('are left alone where a gradient is asked for', () => {
    const expected = tf.grad(normalized)(x()).dataSync();
    register('LayerNorm');
    register('LinearGelu');
    const found = tf.grad(normalized)(x()).dataSync();
    tf.grad((x) => tf.sum(activatedLinear('gelu', linear(), x as tf.Tensor2D)))(x());
    expect(found).toEqual(expected);
    expect(calls).toEqual([]);
  });
});
