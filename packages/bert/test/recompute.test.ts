import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert } from '../src/bert.js';
import { createBertConfig } from '../src/config.js';
import type { BertOutput } from '../src/encoder.js';

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 4,
  intermediateSize: 64,
  maxPosition: 32,
  hiddenDropout: 0.2,
  attentionDropout: 0.1,
});
const run = { seed: 5, step: 6 };

type Loss = (output: BertOutput) => tf.Tensor;

/** A loss in which every element of every output counts differently. */
const weighted = (x: tf.Tensor): tf.Tensor =>
  tf.sum(tf.mul(x, tf.sin(tf.reshape(tf.range(0, x.size), x.shape))));

const ofStates: Loss = ({ lastHiddenState, pooledOutput }) =>
  tf.add(weighted(lastHiddenState), weighted(pooledOutput as tf.Tensor));

const ofEverything: Loss = (output) =>
  tf.addN([ofStates(output), ...output.hiddenStates.map(weighted), ...output.attentions.map(weighted)]);

describe.each(['cpu', 'wasm'])('recomputed activations on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  /** Loss and gradients of one step, by name; frees all. */
  function step(
    recompute: boolean,
    loss: Loss = ofStates,
    trained: (name: string) => boolean = () => true,
    { batch, length, numLayers } = { batch: 2, length: 6, numLayers: 4 },
  ): Record<string, number[]> {
    const bert = Bert.fromConfig({ ...config, numLayers }, { seed: 3, recompute });
    const everything = loss === ofEverything;
    const result = tf.tidy(() => {
      const ids = Array.from({ length: batch * length }, (_, i) => (i * 7 + 3) % 50);
      const inputIds = tf.tensor2d(ids, [batch, length], 'int32');
      const mask = ids.map((_, i) => (i % length < length - 1 || i < length ? 1 : 0));
      const attentionMask = tf.tensor2d(mask, [batch, length], 'int32');
      const inputs = { inputIds, attentionMask, tokenTypeIds: tf.zerosLike(inputIds) };
      const variables = [...bert.parameters].filter(([name]) => trained(name));
      const { value, grads } = tf.variableGrads(
        () =>
          loss(
            bert.encode(inputs, { run, hiddenStates: everything, attentions: everything }),
          ) as unknown as tf.Scalar,
        variables.map(([, variable]) => variable),
      );
      return Object.fromEntries([
        ['loss', [...value.dataSync()]],
        ...variables.map(([name, variable]) => [name, [...grads[variable.name].dataSync()]]),
      ]) as Record<string, number[]>;
    });
    bert.dispose();
    return result;
  }

  it('give the same loss and gradients to the last bit, and leave no tensor behind', () => {
    const before = tf.memory().numTensors;
    const expected = step(false);
    expect(step(true)).toEqual(expected);
    expect(expected['encoder.layer.0.intermediate.dense.weight'].some((value) => value !== 0)).toBe(true);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('give the same gradients through hidden states and attentions', () => {
    expect(step(true, ofEverything)).toEqual(step(false, ofEverything));
  });

  it.each<[string, (name: string) => boolean]>([
    ['embeddings and lower layers', (name) => /layer\.3|pooler/.test(name)],
    ['all matrices', (name) => name.endsWith('.bias')],
    ['everything but the embeddings', (name) => name.startsWith('embeddings.')],
  ])('give the same gradients with parameters frozen: %s', (_frozen, trained) => {
    const expected = step(false, ofStates, trained);
    expect(step(true, ofStates, trained)).toEqual(expected);
    expect(Object.keys(expected).length).toBeGreaterThan(4);
  });

  it('leave the evaluation as it is', () => {
    const [plain, recomputing] = [false, true].map((recompute) => {
      const bert = Bert.fromConfig(config, { seed: 3, recompute });
      expect(bert.recompute).toBe(recompute);
      const states = tf.tidy(() => {
        const inputIds = tf.tensor2d([[2, 7, 9]], undefined, 'int32');
        const inputs = {
          inputIds,
          attentionMask: tf.onesLike(inputIds),
          tokenTypeIds: tf.zerosLike(inputIds),
        };
        return [...bert.encode(inputs).lastHiddenState.dataSync()];
      });
      bert.dispose();
      return states;
    });
    expect(recomputing).toEqual(plain);
  });

  it('take less than half of the memory', async () => {
    const peak = async (recompute: boolean): Promise<number> => {
      const { peakBytes } = await tf.profile(() => {
        step(recompute, ofStates, () => true, { batch: 4, length: 16, numLayers: 12 });
      });
      return peakBytes;
    };
    const before = tf.memory().numBytes;
    expect((await peak(true)) - before).toBeLessThan(0.5 * ((await peak(false)) - before));
  });
});
