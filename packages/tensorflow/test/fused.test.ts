import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { TensorFlowExecutor } from '../src/executor/tensorflow-executor.js';
import { describeNative } from './native.js';

/** Kernels of ours against the same composed of TensorFlow.js's, op by op and compiled. */
describeNative('fused operations', () => {
  const random = (shape: number[]): tf.Tensor => tf.randomNormal(shape, 0, 2, 'float32', 3);
  const difference = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

  it('layer norm', () => {
    const [x, gamma, beta] = [random([7, 33]), random([33]), random([33])];
    const fused = tf.engine().runKernel<tf.Tensor>('LayerNorm', { x, gamma, beta }, { epsilon: 1e-5 });
    const { mean, variance } = tf.moments(x, 1, true);
    const composed = tf.add(tf.mul(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-5))), gamma), beta);
    expect(difference(fused, composed)).toBeLessThan(2e-5);
  });

  it.each([false, true])('affine map and gelu, approximate: %s', (approximate) => {
    const [x, weight, bias] = [random([5, 9]), random([9, 4]), random([4])];
    const fused = tf.engine().runKernel<tf.Tensor>('LinearGelu', { x, weight, bias }, { approximate });
    const y = tf.add(tf.matMul(x, weight), bias);
    const inner = approximate
      ? tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(y, tf.mul(0.044715, tf.pow(y, 3)))))
      : tf.erf(tf.div(y, Math.SQRT2));
    expect(difference(fused, tf.mul(y, tf.mul(0.5, tf.add(1, inner))))).toBeLessThan(2e-5);
  });

  it.each([1, 3, 4, 7, 32])('a prediction of %i rows in parts is that of the whole', async (rows) => {
    const weight = tf.variable(random([6, 2]) as tf.Tensor2D);
    const predict = ({ x }: { x: tf.Tensor2D }): tf.Tensor => tf.softmax(tf.matMul(x, weight));
    const predictor = { parameters: new Map([['weight', weight]]), predict };
    const x = random([rows, 6]) as tf.Tensor2D;
    const expected = predict({ x });
    for (const compileIf of [() => true, () => false]) {
      const executor = new TensorFlowExecutor({ compileIf });
      const { values, shape } = await executor.predict(predictor, { x });
      expect(shape).toEqual([rows, 2]);
      expect(difference(tf.tensor(values.slice(), [rows, 2]), expected)).toBeLessThan(1e-6);
      executor.dispose();
    }
  });
});
