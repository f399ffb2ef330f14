import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { Bert, type BertInputs, createBertConfig } from '../src/index.js';

const config = createBertConfig({
  vocabSize: 50,
  hiddenSize: 16,
  numHeads: 2,
  numLayers: 2,
  intermediateSize: 64,
  maxPosition: 32,
});
const wordTable = 'embeddings.word_embeddings.weight';

/** Two texts of six tokens of two types, the second padded, and the vectors of their tokens. */
function inputs(bert: Bert): BertInputs & { readonly inputsEmbeds: tf.Tensor3D } {
  const inputIds = tf.tensor2d([2, 17, 29, 17, 8, 3, 2, 11, 3, 0, 0, 0], [2, 6], 'int32');
  return {
    inputIds,
    attentionMask: tf.tensor2d([1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], [2, 6], 'int32'),
    tokenTypeIds: tf.tensor2d([0, 0, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0], [2, 6], 'int32'),
    inputsEmbeds: tf.gather(bert.parameters.get(wordTable) as tf.Tensor, inputIds) as tf.Tensor3D,
  };
}

describe.each(['cpu', 'wasm'])('vectors in place of ids, on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const bert = (): Bert => Bert.fromConfig(config, { seed: 3 });
  const loss = (model: Bert, of: BertInputs): tf.Scalar =>
    tf.sum(tf.square(tf.add(model.encode(of).pooledOutput as tf.Tensor, 0.3)));

  it('gives what looking them up gives, to the last bit, whatever the ids are', () => {
    const model = bert();
    tf.tidy(() => {
      const { inputsEmbeds, ...ids } = inputs(model);
      const expected = model.encode(ids).lastHiddenState.dataSync();
      const other = { ...ids, inputIds: tf.zerosLike(ids.inputIds), inputsEmbeds };
      expect(model.encode(other).lastHiddenState.dataSync()).toEqual(expected);
    });
    model.dispose();
  });

  it('has the gradients of the other parameters, and of the vectors that of their rows in the table', () => {
    const model = bert();
    tf.tidy(() => {
      const { inputsEmbeds, ...ids } = inputs(model);
      const variables = [...model.parameters.values()];
      const looked = tf.variableGrads(() => loss(model, ids), variables).grads;
      const given = tf.variableGrads(
        () => loss(model, { ...ids, inputsEmbeds }),
        variables.filter((variable) => variable !== model.parameters.get(wordTable)),
      ).grads;
      for (const [name, gradient] of Object.entries(given)) {
        expect([name, gradient.dataSync()]).toEqual([name, looked[name]?.dataSync()]);
      }
      const of = tf.grad((vectors) => loss(model, { ...ids, inputsEmbeds: vectors as tf.Tensor3D }));
      const gradient = of(inputsEmbeds); // [2, 6, 16]
      expect(gradient.shape).toEqual([2, 6, 16]);
      const summed = tf.scatterND(
        tf.reshape(ids.inputIds, [12, 1]),
        tf.reshape(gradient, [12, 16]),
        [50, 16],
      );
      const table = looked[model.parameters.get(wordTable)?.name ?? ''];
      expect(Math.max(...table.dataSync())).toBeGreaterThan(1e-3);
      expectClose(summed.dataSync(), table.dataSync(), { atol: 1e-6 }, 'word embeddings');
    });
    model.dispose();
  });

  it('keeps no tensor', () => {
    const model = bert();
    const known = tf.tidy(() => inputs(model));
    const before = tf.memory().numTensors;
    const gradient = tf.grad((x) => loss(model, { ...known, inputsEmbeds: x as tf.Tensor3D }));
    tf.dispose(gradient(known.inputsEmbeds));
    tf.dispose(model.encode(known));
    expect(tf.memory().numTensors).toBe(before);
    tf.dispose(known);
    model.dispose();
  });

  it('says what is wrong with them', () => {
    const model = bert();
    tf.tidy(() => {
      const given = inputs(model);
      const of =
        (change: Partial<BertInputs>): (() => unknown) =>
        () =>
          model.encode({ ...given, ...change });
      const short: tf.Tensor3D = tf.zeros([2, 5, 16]);
      expect(of({ inputsEmbeds: short })).toThrow(
        'inputsEmbeds: expected shape [2, 6, 16], [B, T] as inputIds and D, found [2, 5, 16].',
      );
      expect(of({ inputsEmbeds: tf.cast(given.inputsEmbeds, 'int32') })).toThrow(
        'inputsEmbeds: expected float32, found int32.',
      );
      expect(of({ lastHiddenState: given.inputsEmbeds })).toThrow(
        expect.objectContaining({ code: 'already-encoded' }),
      );
    });
    model.dispose();
  });
});
