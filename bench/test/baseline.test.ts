import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { tfjsBertLoss } from '../src/baselines/tfjs-bert.js';
import { registerMissingWasmKernel } from '../src/baselines/tfjs-kernels.js';
import { makeClassifier } from '../src/work/classifier.js';
import { randomBatch } from '../src/work/random-batch.js';

const shape = { layers: 2, hidden: 32, heads: 4, batch: 3, length: 7, vocab: 60 };
const config = { layers: 2, heads: 4, dropout: 0, epsilon: 1e-12 };

describe.each(['wasm', 'cpu'])('the baseline written in plain TensorFlow.js on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
    registerMissingWasmKernel();
  });

  /** Both on the same weights and a batch with padding. */
  function setUp() {
    const model = makeClassifier(shape);
    // Weights as drawn hide much: biases are 0 and attention is flat.
    let seed = 1;
    for (const parameter of model.parameters.values()) {
      const noise = tf.randomNormal(parameter.shape, 0, 0.3, 'float32', seed++);
      parameter.assign(tf.add(parameter, noise));
    }
    const attentionMask = tf.tensor2d(
      [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0],
      [3, 7],
      'int32',
    );
    return { model, batch: { ...randomBatch(shape), attentionMask } };
  }

  it('has the loss of ours without dropout', async () => {
    const { model, batch } = setUp();
    const [ours] = await model.loss(batch).data();
    const [theirs] = await tfjsBertLoss(model.parameters, config, batch).data();
    expect(Math.abs(ours - Math.LN2)).toBeGreaterThan(0.01); // the noise did something
    expect(theirs).toBeCloseTo(ours, 5);
  });

  it('has the gradients of ours', async () => {
    const { model, batch } = setUp();
    const variables = [...model.parameters.values()];
    const ours = tf.variableGrads(() => model.loss(batch), variables).grads;
    const theirs = tf.variableGrads(() => tfjsBertLoss(model.parameters, config, batch), variables).grads;
    for (const [name, { name: id }] of model.parameters) {
      const [difference] = await tf.max(tf.abs(tf.sub(ours[id], theirs[id]))).data();
      const [largest] = await tf.max(tf.abs(ours[id])).data();
      expect({ name, close: difference <= 1e-5 + 1e-3 * largest }).toEqual({ name, close: true });
    }
  });

  it('drops: with dropout two losses differ', async () => {
    const { model, batch } = setUp();
    const dropped = { ...config, dropout: 0.1 };
    const [first] = await tfjsBertLoss(model.parameters, dropped, batch).data();
    const [second] = await tfjsBertLoss(model.parameters, dropped, batch).data();
    expect(first).not.toBe(second);
  });
});
