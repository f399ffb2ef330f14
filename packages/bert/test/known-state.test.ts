import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert, type BertInputs, createBertConfig, firstTokenFeatures } from '../src/index.js';

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 2,
  intermediateSize: 64,
  maxPosition: 32,
});

function inputs(length = 6): BertInputs {
  const ids = Array.from({ length: 2 * length }, (_, i) => (i * 7 + 3) % 50);
  const inputIds = tf.tensor2d(ids, [2, length], 'int32');
  return { inputIds, attentionMask: tf.onesLike(inputIds), tokenTypeIds: tf.zerosLike(inputIds) };
}

describe.each(['cpu', 'wasm'])('a last hidden state that is known, on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('gives what the encoder gives, and the gradients of the pooler, from the first token alone', () => {
    const bert = Bert.fromConfig(config, { seed: 3 });
    tf.tidy(() => {
      const whole = bert.encode(inputs());
      const features = firstTokenFeatures(bert).predict(inputs());
      expect(features.shape).toEqual([2, 16]);
      const known: BertInputs = { ...inputs(1), lastHiddenState: tf.reshape(features, [2, 1, 16]) };
      const again = bert.encode(known);
      expect(again.pooledOutput?.dataSync()).toEqual(whole.pooledOutput?.dataSync());
      expect(again.lastHiddenState.shape).toEqual([2, 1, 16]);

      const pooler = [...bert.parameters].filter(([name]) => name.startsWith('pooler'));
      const gradients = (of: BertInputs): number[][] => {
        const loss = (): tf.Scalar =>
          tf.sum(tf.square(tf.add(bert.encode(of).pooledOutput as tf.Tensor, 0.3)));
        const { grads } = tf.variableGrads(
          loss,
          pooler.map(([, variable]) => variable),
        );
        return Object.values(grads).map((gradient) => [...gradient.dataSync()]);
      };
      const expected = gradients(inputs());
      expect(expected).toHaveLength(2);
      expect(gradients(known)).toEqual(expected);
    });
    bert.dispose();
  });

  it('frees what it makes', () => {
    const bert = Bert.fromConfig(config);
    const known = tf.tidy(() => ({ ...inputs(), lastHiddenState: tf.zeros([2, 6, 16]) as tf.Tensor3D }));
    const before = tf.memory().numTensors;
    tf.dispose(bert.encode(known));
    tf.tidy(() => void firstTokenFeatures(bert).predict(known));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(known);
    bert.dispose();
  });
});

it('is refused where it does not fit', async () => {
  await tf.setBackend('cpu');
  const bert = Bert.fromConfig(config);
  const of = (lastHiddenState: tf.Tensor) => () =>
    bert.encode({ ...inputs(), lastHiddenState: lastHiddenState as tf.Tensor3D });
  expect(of(tf.zeros([2, 5, 16]))).toThrow(/expected shape \[2, 6, 16\].*found \[2, 5, 16\]/);
  expect(of(tf.zeros([2, 6, 16], 'int32'))).toThrow(/expected float32/);
  const lastHiddenState: tf.Tensor3D = tf.zeros([2, 6, 16]);
  expect(() => bert.encode({ ...inputs(), lastHiddenState }, { attentions: true })).toThrow(/no layer runs/);
  bert.dispose();
});
