import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { type MultipleChoiceBatch, MultipleChoiceClassifier } from '../src/index.js';
import { assignGolden, expectGoldenLoss, goldenEncoder, goldenLabels } from './golden-model.js';
import { saveAndLoad } from './task-folders.js';

function goldenBatch(golden: ReturnType<typeof readTensors>): MultipleChoiceBatch {
  const rows = (name: string): tf.Tensor3D =>
    tf.tensor3d(golden.get(`input/${name}`)!.data, [4, 3, 9], 'int32');
  return {
    inputIds: rows('input_ids'),
    attentionMask: rows('attention_mask'),
    tokenTypeIds: rows('token_type_ids'),
    labels: goldenLabels<tf.Tensor1D>(golden),
  };
}

describe.each(['cpu', 'wasm'])('multiple choice on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('logits, loss and the gradient of every parameter; saved and loaded', async () => {
    const golden = readTensors(goldenPath('heads/multiple-choice-3.safetensors'));
    const head = MultipleChoiceClassifier.fromEncoder(goldenEncoder('multiple-choice-3'));
    assignGolden(head.parameters, golden, 'param/');
    const batch = goldenBatch(golden);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      expectClose(head.logits(batch).dataSync(), golden.get('output/logits')!.data, { atol: 5e-5 });
      const together = head.lossAndPredictions(batch);
      expect(together.loss.dataSync()).toEqual(head.loss(batch).dataSync());
      expect(together.predictions.dataSync()).toEqual(head.predict(batch).dataSync());
      expectClose(tf.sum(head.predict(batch), 1).dataSync(), [1, 1, 1, 1], { atol: 1e-6 });
    });
    expectGoldenLoss(golden, head.parameters, () => head.loss(batch));
    expect(head.lossWeight(batch)).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    await saveAndLoad(
      head,
      (folder) => MultipleChoiceClassifier.fromPretrained(folder),
      (_, config) => {
        expect(config.architectures).toEqual(['BertForMultipleChoice']);
      },
    );
    head.dispose();
    tf.dispose(Object.values(batch as object) as tf.Tensor[]);
  });
});

describe('wrong use of multiple choice', () => {
  const tiny = createBertConfig({ vocabSize: 40, hiddenSize: 8, numHeads: 2, numLayers: 1, maxPosition: 10 });
  const batch = (labels: tf.Tensor1D): MultipleChoiceBatch => ({
    inputIds: tf.ones([2, 3, 4], 'int32'),
    attentionMask: tf.ones([2, 3, 4], 'int32'),
    tokenTypeIds: tf.zeros([2, 3, 4], 'int32'),
    labels,
  });

  it('labels that are no choice, and rows without choices', () => {
    const head = MultipleChoiceClassifier.fromEncoder(Bert.fromConfig(tiny));
    tf.tidy(() => {
      const int = (values: number[]): tf.Tensor1D => tf.tensor1d(values, 'int32');
      expect(() => head.lossWeight(batch(int([0, 3])))).toThrow(/choices from 0 to 2, found 3 at position 1/);
      expect(() => head.lossWeight(batch(int([0])))).toThrow(/expected int32 \[2\], found int32 \[1\]/);
      expect(() => head.loss(batch(tf.tensor1d([0, 1])))).toThrow(/found float32/);
      const flat = { ...batch(int([0, 1])), inputIds: tf.ones([2, 4], 'int32') as unknown as tf.Tensor3D };
      expect(() => head.predict(flat)).toThrow(/inputIds: expected \[B, C, T\].*found \[2, 4\]/);
    });
    head.dispose();
  });

  it('a classifier of texts, and an encoder without pooler', async () => {
    const source = goldenPath('heads/sequence-regression-1.hf');
    await expect(MultipleChoiceClassifier.fromPretrained(source)).rejects.toMatchObject({
      code: 'wrong-task',
    });
    const bert = Bert.fromConfig(tiny, { pooler: false });
    expect(() => MultipleChoiceClassifier.fromEncoder(bert)).toThrow(/no pooler/);
    bert.dispose();
  });
});
