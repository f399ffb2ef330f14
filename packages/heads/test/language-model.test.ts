import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  MaskedLanguageModel,
  type MaskedLanguageModelBatch,
  NextSentencePredictor,
  type PreTrainingBatch,
  PreTrainingModel,
} from '../src/index.js';
import { assignGolden, expectGoldenLoss, goldenEncoder, goldenInputs, goldenLabels } from './golden-model.js';

type Tensors = tf.Tensor[];
const free = (...batches: object[]): void => {
  for (const batch of batches) tf.dispose(Object.values(batch) as Tensors);
};

/** The same targets, of masked tokens only: their positions, filled up to the most that one text has. */
function onlyMasked(labels: tf.Tensor2D): { maskedPositions: tf.Tensor2D; maskedLabels: tf.Tensor2D } {
  const rows = labels.arraySync().map((row) => [...row.entries()].filter(([, label]) => label !== -100));
  const most = Math.max(...rows.map((row) => row.length));
  const fill = (pick: (entry: [number, number]) => number, filler: number): tf.Tensor2D =>
    tf.tensor2d(
      rows.map((row) => Array.from({ length: most }, (_, i) => (row[i] ? pick(row[i]) : filler))),
      undefined,
      'int32',
    );
  return { maskedPositions: fill(([at]) => at, 3), maskedLabels: fill(([, label]) => label, -100) };
}

describe.each(['cpu', 'wasm'])('language models on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('masked language model: logits, loss, every gradient; the same of the masked tokens alone', () => {
    const golden = readTensors(goldenPath('heads/masked-lm.safetensors'));
    const model = MaskedLanguageModel.fromEncoder(goldenEncoder('masked-lm'));
    assignGolden(model.parameters, golden, 'param/');
    const inputs = goldenInputs(golden);
    const labels = goldenLabels<tf.Tensor2D>(golden);
    const masked = onlyMasked(labels);
    const batch = { ...inputs, labels };
    const gathered = { ...inputs, ...masked };
    const before = tf.memory().numTensors;

    const count = labels.dataSync().filter((label) => label !== -100).length;
    expect(count).toBeGreaterThan(2);
    expect(masked.maskedPositions.shape[1]).toBeLessThan(9);
    const logits = golden.get('output/logits')!.data;
    tf.tidy(() => {
      expectClose(model.logits(inputs).dataSync(), logits, { atol: 5e-5 }, 'logits');
      const some = model.logits(gathered);
      expect(some.shape).toEqual([4, masked.maskedPositions.shape[1], 200]);
      masked.maskedPositions.arraySync().forEach((row, b) => {
        row.forEach((position, p) => {
          const expected = logits.subarray((b * 9 + position) * 200, (b * 9 + position + 1) * 200);
          expectClose(tf.slice(some, [b, p, 0], [1, 1, 200]).dataSync(), expected, { atol: 5e-5 });
        });
      });
    });
    for (const form of [batch, gathered] as MaskedLanguageModelBatch[]) {
      expectGoldenLoss(golden, model.parameters, () => model.loss(form));
      expect(model.lossWeight(form)).toBe(count);
      tf.tidy(() => {
        const together = model.lossAndPredictions(form);
        expect(together.loss.dataSync()).toEqual(model.loss(form).dataSync());
        expect(together.predictions.arraySync()).toEqual(model.predict(form).arraySync());
        expect(together.predictions.shape).toEqual(model.labels(form).shape);
        expect(together.predictions.arraySync()).toEqual(tf.argMax(model.logits(form), -1).arraySync());
      });
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    free(inputs, { labels }, masked);
  });

  it('next sentence prediction: logits, loss and every gradient', () => {
    const golden = readTensors(goldenPath('heads/next-sentence-prediction.safetensors'));
    const model = NextSentencePredictor.fromEncoder(goldenEncoder('next-sentence-prediction'));
    assignGolden(model.parameters, golden, 'param/');
    const batch = { ...goldenInputs(golden), labels: goldenLabels<tf.Tensor1D>(golden) };
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      expectClose(model.logits(batch).dataSync(), golden.get('output/logits')!.data, { atol: 5e-5 });
      expectClose(tf.sum(model.predict(batch), 1).dataSync(), [1, 1, 1, 1], { atol: 1e-6 });
      const together = model.lossAndPredictions(batch);
      expect(together.loss.dataSync()).toEqual(model.loss(batch).dataSync());
      expect(together.predictions.arraySync()).toEqual(model.predict(batch).arraySync());
    });
    expectGoldenLoss(golden, model.parameters, () => model.loss(batch));
    expect(model.lossWeight(batch)).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    free(batch);
  });

  it('pre-training: logits, loss and every gradient, in both forms', () => {
    const golden = readTensors(goldenPath('heads/pre-training.safetensors'));
    const model = PreTrainingModel.fromEncoder(goldenEncoder('pre-training'));
    assignGolden(model.parameters, golden, 'param/');
    const inputs = goldenInputs(golden);
    const labels = goldenLabels<tf.Tensor2D>(golden);
    const nextSentenceLabels = goldenLabels<tf.Tensor1D>(golden, 'next_sentence_label');
    const masked = onlyMasked(labels);
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const { tokens, nextSentence } = model.logits(inputs);
      expectClose(tokens.dataSync(), golden.get('output/prediction_logits')!.data, { atol: 5e-5 });
      expectClose(nextSentence.dataSync(), golden.get('output/seq_relationship_logits')!.data, {
        atol: 5e-5,
      });
    });
    const forms: PreTrainingBatch[] = [
      { ...inputs, labels, nextSentenceLabels },
      { ...inputs, ...masked, nextSentenceLabels },
    ];
    for (const batch of forms) {
      expectGoldenLoss(golden, model.parameters, () => model.loss(batch));
      expect(model.lossWeight(batch)).toBe(4);
      tf.tidy(() => {
        const together = model.lossAndPredictions(batch);
        expect(together.loss.dataSync()).toEqual(model.loss(batch).dataSync());
        expect(together.predictions.shape).toEqual(model.labels(batch).shape);
        expect(together.predictions.arraySync()).toEqual(model.predict(batch).arraySync());
        const { tokens, nextSentence } = model.logits(batch);
        const [next, ...ids] = tf.unstack(together.predictions, 1);
        expect([...next.dataSync()]).toEqual([...tf.argMax(nextSentence, 1).dataSync()]);
        expect([...tf.stack(ids, 1).dataSync()]).toEqual([...tf.argMax(tokens, 1).dataSync()]);
      });
    }
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    free(inputs, { labels, nextSentenceLabels }, masked);
  });

  it('the likeliest tokens of a place, and how likely', async () => {
    const golden = readTensors(goldenPath('heads/masked-lm.safetensors'));
    const model = await MaskedLanguageModel.fromPretrained(goldenPath('heads/masked-lm.hf'));
    const inputs = goldenInputs(golden);
    const maskedPositions = tf.tensor2d([[1], [2], [0], [3]], [4, 1], 'int32');
    const before = tf.memory().numTensors;
    const candidates = await model.fillMask({ ...inputs, maskedPositions }, { count: 3 });
    expect(tf.memory().numTensors).toBe(before);
    expect(candidates.map((row) => row.map((place) => place.length))).toEqual([[3], [3], [3], [3]]);
    const logits = [...golden.get('output/logits')!.data].slice((9 * 1 + 2) * 200, (9 * 1 + 3) * 200);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
    const best = [...logits.keys()].sort((a, b) => logits[b] - logits[a]).slice(0, 3);
    expect(candidates[1][0].map(({ id }) => id)).toEqual(best);
    candidates[1][0].forEach(({ id, probability }) =>
      expect(probability).toBeCloseTo(Math.exp(logits[id]) / sum, 5),
    );
    await expect(model.fillMask({ ...inputs, maskedPositions }, { count: 201 })).rejects.toThrow(
      /1 to .*200/,
    );
    model.dispose();
    free(inputs, { maskedPositions });
  });

  it('micro-batches add up to the gradient of the whole batch', () => {
    const config = createBertConfig({
      vocabSize: 30,
      hiddenSize: 8,
      numHeads: 2,
      numLayers: 1,
      maxPosition: 6,
    });
    const model = PreTrainingModel.fromEncoder(
      Bert.fromConfig({ ...config, hiddenDropout: 0, attentionDropout: 0 }),
    );
    const masked = MaskedLanguageModel.fromEncoder(model.bert);
    tf.tidy(() => {
      const ids = tf.tensor2d([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [4, 3], 'int32');
      // 5 tokens in four texts: 3, 1, 1 and none
      const labels = tf.tensor2d([7, 8, 9, -100, 6, -100, -100, -100, 5, -100, -100, -100], [4, 3], 'int32');
      const part = (from: number, count: number): PreTrainingBatch => {
        const inputIds: tf.Tensor2D = tf.slice(ids, [from, 0], [count, 3]);
        return {
          inputIds,
          attentionMask: tf.onesLike(inputIds),
          tokenTypeIds: tf.zerosLike(inputIds),
          labels: tf.slice(labels, [from, 0], [count, 3]),
          nextSentenceLabels: tf.tensor1d([0, 1, 1, 0].slice(from, from + count), 'int32'),
          maskedPerText: tf.fill([count], 5 / 4),
        };
      };
      for (const trained of [masked, model] as const) {
        const variables = [...trained.parameters.values()];
        const grads = (batch: PreTrainingBatch): tf.NamedTensorMap =>
          tf.variableGrads(() => trained.loss(batch), variables).grads;
        const whole = grads({ ...part(0, 4), maskedPerText: undefined });
        const parts = [part(0, 1), part(1, 2), part(3, 1)];
        const weights = parts.map((batch) => trained.lossWeight(batch));
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        expect(total).toBe(trained.lossWeight(part(0, 4)));
        const sums = parts.map(grads);
        for (const { name } of variables) {
          const sum = tf.addN(sums.map((grad, i) => tf.mul(grad[name], weights[i] / total)));
          expectClose(sum.dataSync(), whole[name].dataSync(), { atol: 1e-6, rtolOfMax: 1e-5 }, name);
        }
      }
      // nothing to predict: no loss, no NaN
      expect(masked.loss(part(3, 1)).dataSync()[0]).toBe(0);
      expect(masked.lossWeight(part(3, 1))).toBe(0);
    });
    masked.dispose();
    model.dispose();
  });
});

describe('wrong labels of language models', () => {
  const config = createBertConfig({
    vocabSize: 30,
    hiddenSize: 8,
    numHeads: 2,
    numLayers: 1,
    maxPosition: 6,
  });
  const inputs = (): MaskedLanguageModelBatch => ({
    inputIds: tf.ones([2, 4], 'int32'),
    attentionMask: tf.ones([2, 4], 'int32'),
    tokenTypeIds: tf.zeros([2, 4], 'int32'),
    labels: tf.fill([2, 4], -100, 'int32'),
  });
  const ids = (values: number[][]): tf.Tensor2D => tf.tensor2d(values, undefined, 'int32');

  it.each([
    [{ labels: [[1], [2]] }, /labels: expected int32 \[2, 4\], found int32 \[2, 1\]/],
    [
      {
        labels: [
          [1, 2, 3, 30],
          [0, 0, 0, 0],
        ],
      },
      /labels: expected ids from 0 to 29, or -100, found 30 in row 0, column 3/,
    ],
    [
      {
        labels: [
          [1, 2, 3, 4],
          [0, -1, 0, 0],
        ],
      },
      /found -1 in row 1, column 1/,
    ],
    [
      { maskedPositions: [[4], [0]], maskedLabels: [[1], [2]] },
      /maskedPositions: expected positions from 0 to 3, found 4/,
    ],
    [{ maskedPositions: [[-1], [0]], maskedLabels: [[1], [2]] }, /found -1 in row 0, column 0/],
    [
      {
        maskedPositions: [[1], [0]],
        maskedLabels: [
          [1, 2],
          [2, 3],
        ],
      },
      /maskedLabels: expected int32 \[2, 1\]/,
    ],
    [{ maskedPositions: [[1], [0]] }, /maskedLabels: expected int32 \[2, 1\], found none/],
    [{ maskedPositions: [[1]], maskedLabels: [[1]] }, /maskedPositions: expected int32 \[2, 1\]/],
  ])('%j', (labels, message) => {
    const model = MaskedLanguageModel.fromEncoder(Bert.fromConfig(config));
    tf.tidy(() => {
      const tensors = Object.fromEntries(Object.entries(labels).map(([name, rows]) => [name, ids(rows)]));
      const batch = { ...inputs(), labels: undefined, ...tensors } as unknown as MaskedLanguageModelBatch;
      expect(() => model.lossWeight(batch)).toThrow(message);
    });
    model.dispose();
  });

  it('float labels, and next sentence labels that are neither 0 nor 1', () => {
    const model = PreTrainingModel.fromEncoder(Bert.fromConfig(config));
    tf.tidy(() => {
      const batch: PreTrainingBatch = {
        ...inputs(),
        nextSentenceLabels: tf.tensor1d([0, 2], 'int32'),
      };
      const right = { ...batch, nextSentenceLabels: tf.tensor1d([0, 1], 'int32') };
      expect(() => model.lossWeight({ ...right, maskedPerText: tf.tensor1d([2, 0]) })).toThrow(
        /maskedPerText: expected positive numbers, found 0 at position 1/,
      );
      expect(() => model.loss({ ...right, maskedPerText: tf.tensor1d([2]) })).toThrow(
        /maskedPerText: expected float32 \[2\]/,
      );
      expect(() => model.lossWeight(batch)).toThrow(
        /nextSentenceLabels: expected 0 .* or 1 .*, found 2 at position 1/,
      );
      expect(() => model.loss({ ...batch, labels: tf.zeros([2, 4]), maskedPositions: undefined })).toThrow(
        /found float32 \[2, 4\]/,
      );
      expect(() => model.loss({ ...batch, nextSentenceLabels: tf.tensor1d([0, 1]) })).toThrow(
        /int32 \[2\], found float32/,
      );
    });
    model.dispose();
  });

  it('an encoder without pooler has no next sentence', () => {
    const bert = Bert.fromConfig(config, { pooler: false });
    for (const Head of [NextSentencePredictor, PreTrainingModel]) {
      expect(() => Head.fromEncoder(bert)).toThrow(/no pooler/);
    }
    const masked = MaskedLanguageModel.fromEncoder(bert);
    masked.dispose();
  });
});
