import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { alignLabels, SequenceClassifier, TokenClassifier, wordClasses } from '../src/index.js';
import { assignGolden, expectGoldenLoss, goldenEncoder, goldenInputs, goldenLabels } from './golden-model.js';
import { saveAndLoad } from './task-folders.js';

const TAGS = ['O', 'B-PER', 'I-PER', 'B-LOC', 'I-LOC'];
const tiny = createBertConfig({
  vocabSize: 40,
  hiddenSize: 8,
  numHeads: 2,
  numLayers: 1,
  maxPosition: 10,
  hiddenDropout: 0,
  attentionDropout: 0,
});
const free = (...batches: object[]): void => {
  for (const batch of batches) tf.dispose(Object.values(batch) as tf.Tensor[]);
};
const inputsOf = (rows: number, length: number): Parameters<TokenClassifier['predict']>[0] => ({
  inputIds: tf.ones([rows, length], 'int32'),
  attentionMask: tf.ones([rows, length], 'int32'),
  tokenTypeIds: tf.zeros([rows, length], 'int32'),
});

describe.each(['cpu', 'wasm'])('token classification on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('logits, loss and the gradient of every parameter', () => {
    const golden = readTensors(goldenPath('heads/token-classification-5.safetensors'));
    const head = TokenClassifier.fromEncoder(goldenEncoder('token-classification-5'), { labels: TAGS });
    assignGolden(head.parameters, golden, 'param/');
    const batch = { ...goldenInputs(golden), labels: goldenLabels<tf.Tensor2D>(golden) };
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const logits = head.logits(batch);
      expect(logits.shape).toEqual([4, 9, 5]);
      expectClose(logits.dataSync(), golden.get('output/logits')!.data, { atol: 5e-5 });
      const together = head.lossAndPredictions(batch);
      expect(together.loss.dataSync()).toEqual(head.loss(batch).dataSync());
      expect(together.predictions.shape).toEqual([4, 9, 5]);
      expect(together.predictions.dataSync()).toEqual(head.predict(batch).dataSync());
      expectClose(tf.sum(head.predict(batch), -1).dataSync(), new Array(36).fill(1), { atol: 1e-6 });
    });
    expectGoldenLoss(golden, head.parameters, () => head.loss(batch));
    const labelled = batch.labels.dataSync().filter((label) => label !== -100).length;
    expect(labelled).toBeLessThan(36);
    expect(head.lossWeight(batch)).toBe(labelled);
    expect(head.labels(batch)).toBe(batch.labels);
    expect(tf.memory().numTensors).toBe(before);
    head.dispose();
    free(batch);
  });

  it.each([
    {},
    { classWeights: [1, 3, 0.5], labelSmoothing: 0.1 },
    { classWeights: [1, 3, 0.5], weightedMean: 'examples' } as const,
  ])('micro-batches of %j add up to the gradient of the whole batch', (options) => {
    const head = TokenClassifier.fromEncoder(Bert.fromConfig(tiny, { seed: 3 }), {
      labels: ['a', 'b', 'c'],
      ...options,
    });
    tf.tidy(() => {
      const ids = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9], [3, 3], 'int32');
      const labels = tf.tensor2d([0, 1, 2, -100, 1, -100, -100, -100, -100], [3, 3], 'int32');
      const part = (from: number, rows: number): Parameters<TokenClassifier['loss']>[0] => ({
        ...inputsOf(rows, 3),
        inputIds: tf.slice(ids, [from, 0], [rows, 3]),
        labels: tf.slice(labels, [from, 0], [rows, 3]),
      });
      const variables = [...head.parameters.values()];
      const grads = (batch: Parameters<TokenClassifier['loss']>[0]): tf.NamedTensorMap =>
        tf.variableGrads(() => head.loss(batch), variables).grads;
      const parts = [0, 1, 2].map((row) => part(row, 1));
      const weights = parts.map((batch) => head.lossWeight(batch));
      const total = head.lossWeight(part(0, 3));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(total, 10);
      expect(weights[2]).toBe(0);
      expect(head.loss(parts[2]).dataSync()[0]).toBe(0);
      const [whole, sums] = [grads(part(0, 3)), parts.map(grads)];
      for (const { name } of variables) {
        const sum = tf.addN(sums.map((grad, i) => tf.mul(grad[name], weights[i] / total)));
        expectClose(sum.dataSync(), whole[name].dataSync(), { atol: 1e-6, rtolOfMax: 1e-5 }, name);
      }
    });
    head.dispose();
  });

  it('drops out in training only', () => {
    const config = { ...tiny, classifierDropout: 0.5 };
    const head = TokenClassifier.fromEncoder(Bert.fromConfig(config), { labels: TAGS });
    tf.tidy(() => {
      const inputs = inputsOf(2, 4);
      const run = (step?: number): string =>
        head
          .logits(inputs, step === undefined ? undefined : { seed: 1, step })
          .dataSync()
          .join();
      expect(run()).toBe(run());
      expect(run(0)).not.toBe(run());
      expect(run(0)).not.toBe(run(1));
      expect(run(0)).toBe(run(0));
    });
    head.dispose();
  });
});

describe('folders of token classifiers', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('load to the logits of Hugging Face with their labels, and come back as they were saved', async () => {
    const golden = readTensors(goldenPath('heads/token-classification-5.safetensors'));
    const head = await TokenClassifier.fromPretrained(goldenPath('heads/token-classification-5.hf'));
    expect(head.labelNames).toEqual(TAGS);
    tf.tidy(() => {
      const logits = head.logits(goldenInputs(golden));
      expectClose(logits.dataSync(), golden.get('output/logits')!.data, { atol: 5e-5 });
    });
    await saveAndLoad(
      head,
      (folder) => TokenClassifier.fromPretrained(folder),
      (again, config) => {
        expect(again.labelNames).toEqual(TAGS);
        expect(config).toMatchObject({
          architectures: ['BertForTokenClassification'],
          id2label: { 0: 'O', 4: 'I-LOC' },
          label2id: { 'I-LOC': 4 },
        });
        expect(again.parameters.has('pooler.dense.weight')).toBe(false);
      },
    );
    head.dispose();
  });

  it('a classifier of texts is not one of tokens, nor do its labels fit', async () => {
    const source = goldenPath('heads/sequence-classification-5.hf');
    await expect(TokenClassifier.fromPretrained(source)).rejects.toMatchObject({ code: 'wrong-task' });
    const wrong = TokenClassifier.fromPretrained(goldenPath('heads/token-classification-5.hf'), {
      labels: ['a', 'b'],
    });
    await expect(wrong).rejects.toThrow(/classifier\.weight.*\[2, 32\].*\[5, 32\]/s);
    const head = await TokenClassifier.fromPretrained(goldenPath('heads/token-classification-5.hf'));
    await expect(
      saveAndLoad(head, (folder) => SequenceClassifier.fromPretrained(folder, { allowMissing: ['pooler'] })),
    ).rejects.toMatchObject({ code: 'wrong-task' });
    head.dispose();
  });

  it('a new head on an encoder', async () => {
    const head = await TokenClassifier.fromPretrained(goldenPath('model/tiny-gelu/hf'), {
      labels: TAGS,
      allowMissing: ['classifier'],
    });
    expect(head.parameters.get('classifier.weight')?.shape).toEqual([32, 5]);
    head.dispose();
  });
});

describe('wrong labels of tokens', () => {
  it.each([
    [[0, 1, 2, 3, 4, 5], [2, 3], /labels: expected classes from 0 to 4, or -100, found 5 in row 1, column 2/],
    [[0, 1, 2, -1, 4, -100], [2, 3], /found -1 in row 1, column 0/],
    [[0, 1], [2], /labels: expected int32 \[2, 3\], found int32 \[2\]/],
  ])('%j of shape %j', (values, shape, message) => {
    const head = TokenClassifier.fromEncoder(Bert.fromConfig(tiny), { labels: TAGS });
    tf.tidy(() => {
      const labels = tf.tensor<tf.Rank>(values, shape, 'int32') as tf.Tensor2D;
      expect(() => head.lossWeight({ ...inputsOf(2, 3), labels })).toThrow(message);
      expect(() => head.loss({ ...inputsOf(2, 3), labels: tf.zeros([2, 3]) })).toThrow(/found float32/);
    });
    head.dispose();
  });

  it('options that contradict each other', () => {
    const bert = Bert.fromConfig(tiny);
    expect(() => TokenClassifier.fromEncoder(bert, { labels: ['a'] })).toThrow(/at least 2/);
    expect(() => TokenClassifier.fromEncoder(bert, { labels: ['a', 'b'], classWeights: [1] })).toThrow(
      /expected 2/,
    );
    bert.dispose();
  });
});

describe('alignLabels', () => {
  // [CLS] wash ##ing ##ton is [SEP] [PAD], as tokenizers gives it
  const wordIds = [null, 0, 0, 0, 1, null, null];

  it('labels the first piece of each word, or every piece', () => {
    expect(alignLabels(wordIds, [3, 0])).toEqual([-100, 3, -100, -100, 0, -100, -100]);
    expect(alignLabels(wordIds, [3, 0], { labelAllPieces: true })).toEqual([-100, 3, 3, 3, 0, -100, -100]);
    const all = { labelAllPieces: true, labelNames: TAGS };
    expect(alignLabels(wordIds, [3, 0], all)).toEqual([-100, 3, 4, 4, 0, -100, -100]);
    expect(alignLabels(wordIds, [4, 1], all)).toEqual([-100, 4, 4, 4, 1, -100, -100]);
    expect(alignLabels(wordIds, [1, 0], { labelAllPieces: true, labelNames: ['O', 'B-X'] })[2]).toBe(1);
  });

  it('keeps -100 of words that do not count, and words apart that have the same label', () => {
    expect(alignLabels([0, 1, 1, 2], [5, -100, 5])).toEqual([5, -100, -100, 5]);
    expect(alignLabels([0, 1, 2], [5, 5, 5])).toEqual([5, 5, 5]);
  });

  it('says which word has no label', () => {
    expect(() => alignLabels(wordIds, [3])).toThrow(
      /found undefined for word 1 of token 4; there are 1 labels/,
    );
    expect(() => alignLabels(wordIds, [3, 0.5])).toThrow(/found 0.5 for word 1/);
  });

  it('wordClasses is its inverse, and says which words were cut off', () => {
    expect(wordClasses(wordIds, alignLabels(wordIds, [3, 0]), 2)).toEqual([3, 0]);
    expect(wordClasses(wordIds, [9, 3, 1, 1, 0, 9, 9], 4)).toEqual([3, 0, -100, -100]);
  });
});
