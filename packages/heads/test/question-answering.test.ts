import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { QuestionAnswerer, type QuestionAnsweringBatch, TokenClassifier } from '../src/index.js';
import { assignGolden, expectGoldenLoss, goldenEncoder, goldenInputs, goldenLabels } from './golden-model.js';
import { saveAndLoad } from './task-folders.js';

const tiny = createBertConfig({
  vocabSize: 40,
  hiddenSize: 8,
  numHeads: 2,
  numLayers: 1,
  maxPosition: 10,
  hiddenDropout: 0,
  attentionDropout: 0,
});
const int = (values: readonly number[]): tf.Tensor1D => tf.tensor1d([...values], 'int32');

describe.each(['cpu', 'wasm'])('question answering on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('logits, loss and the gradient of every parameter', () => {
    const golden = readTensors(goldenPath('heads/question-answering.safetensors'));
    const head = QuestionAnswerer.fromEncoder(goldenEncoder('question-answering'));
    assignGolden(head.parameters, golden, 'param/');
    const batch: QuestionAnsweringBatch = {
      ...goldenInputs(golden),
      startPositions: goldenLabels(golden, 'start_positions'),
      endPositions: goldenLabels(golden, 'end_positions'),
    };
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const logits = head.logits(batch);
      expect(logits.shape).toEqual([4, 9, 2]);
      const [start, end] = tf.unstack(logits, 2);
      expectClose(start.dataSync(), golden.get('output/start_logits')!.data, { atol: 5e-5 });
      expectClose(end.dataSync(), golden.get('output/end_logits')!.data, { atol: 5e-5 });
      const together = head.lossAndPredictions(batch);
      expect(together.loss.dataSync()).toEqual(head.loss(batch).dataSync());
      expect(together.predictions.dataSync()).toEqual(head.predict(batch).dataSync());
      expect(head.labels(batch).arraySync()).toEqual(
        [...batch.startPositions.dataSync()].map((at, i) => [at, batch.endPositions.dataSync()[i]]),
      );
    });
    expectGoldenLoss(golden, head.parameters, () => head.loss(batch));
    expect(tf.memory().numTensors).toBe(before);
    head.dispose();
    tf.dispose(Object.values(batch as object) as tf.Tensor[]);
  });

  it('positions outside do not count; micro-batches add up to the whole', () => {
    const head = QuestionAnswerer.fromEncoder(Bert.fromConfig(tiny, { seed: 5 }), { seed: 5 });
    const ids = [3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
    const [starts, ends] = [
      [1, 3, 0],
      [2, 70, 0],
    ];
    tf.tidy(() => {
      const part = (from: number, rows: number): QuestionAnsweringBatch => {
        const inputIds = tf.tensor2d(ids.slice(from * 4, (from + rows) * 4), [rows, 4], 'int32');
        return {
          inputIds,
          attentionMask: tf.onesLike(inputIds),
          tokenTypeIds: tf.zerosLike(inputIds),
          startPositions: int(starts.slice(from, from + rows)),
          endPositions: int(ends.slice(from, from + rows)),
        };
      };
      // of the second text the start counts, the end is behind it
      const logits = head.logits(part(1, 1)).arraySync()[0];
      const start = logits.map(([score]) => score);
      const crossEntropy = Math.log(start.reduce((sum, score) => sum + Math.exp(score), 0)) - start[3];
      expect(head.loss(part(1, 1)).dataSync()[0]).toBeCloseTo(crossEntropy / 2, 5);
      expect([part(0, 1), part(1, 1), part(2, 1), part(0, 3)].map((batch) => head.lossWeight(batch))).toEqual(
        [1, 0.5, 1, 2.5],
      );
      // behind the text altogether: nothing counts, and nothing is NaN
      const outside = { ...part(0, 2), startPositions: int([4, 9]), endPositions: int([5, 9]) };
      expect(head.loss(outside).dataSync()[0]).toBe(0);
      expect(head.lossWeight(outside)).toBe(0);
      // below the text is its first token, as in Hugging Face
      const below = { ...part(0, 1), startPositions: int([-3]), endPositions: int([2]) };
      const first = { ...part(0, 1), startPositions: int([0]), endPositions: int([2]) };
      expect(head.loss(below).dataSync()).toEqual(head.loss(first).dataSync());

      const variables = [...head.parameters.values()];
      const grads = (batch: QuestionAnsweringBatch): tf.NamedTensorMap =>
        tf.variableGrads(() => head.loss(batch), variables).grads;
      const inside = (batch: QuestionAnsweringBatch): QuestionAnsweringBatch => ({
        ...batch,
        startPositions: int([...batch.startPositions.dataSync()].map((at) => (at === 3 ? 70 : at))),
      });
      const [whole, parts] = [inside(part(0, 3)), [part(0, 1), inside(part(1, 1)), part(2, 1)]];
      const [expected, sums] = [grads(whole), parts.map(grads)];
      const weights = parts.map((batch) => head.lossWeight(batch));
      expect(weights).toEqual([1, 0, 1]);
      for (const { name } of variables) {
        const sum = tf.addN(sums.map((grad, i) => tf.mul(grad[name], weights[i] / 2)));
        expectClose(sum.dataSync(), expected[name].dataSync(), { atol: 1e-6, rtolOfMax: 1e-5 }, name);
      }
    });
    head.dispose();
  });
});

describe('folders of question answering', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('load to the logits of Hugging Face, and come back as they were saved', async () => {
    const golden = readTensors(goldenPath('heads/question-answering.safetensors'));
    const head = await QuestionAnswerer.fromPretrained(goldenPath('heads/question-answering.hf'));
    tf.tidy(() => {
      const [start] = tf.unstack(head.logits(goldenInputs(golden)), 2);
      expectClose(start.dataSync(), golden.get('output/start_logits')!.data, { atol: 5e-5 });
    });
    await saveAndLoad(
      head,
      (folder) => QuestionAnswerer.fromPretrained(folder),
      (_, config) => {
        expect(config.architectures).toEqual(['BertForQuestionAnswering']);
      },
    );
    head.dispose();
  });

  it('a checkpoint of another head lacks the parameters', async () => {
    const before = tf.memory().numTensors;
    const tokens = goldenPath('heads/token-classification-5.hf');
    await expect(QuestionAnswerer.fromPretrained(tokens)).rejects.toThrow(/qa_outputs\.weight/);
    const labels = ['a', 'b'];
    const answers = goldenPath('heads/question-answering.hf');
    await expect(TokenClassifier.fromPretrained(answers, { labels })).rejects.toThrow(/classifier\.weight/);
    const head = await QuestionAnswerer.fromPretrained(tokens, { allowMissing: ['qa_outputs'], seed: 1 });
    head.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it('wrong positions', () => {
    const head = QuestionAnswerer.fromEncoder(Bert.fromConfig(tiny));
    tf.tidy(() => {
      const batch = (startPositions: tf.Tensor1D, endPositions: tf.Tensor1D): QuestionAnsweringBatch => ({
        inputIds: tf.ones([2, 4], 'int32'),
        attentionMask: tf.ones([2, 4], 'int32'),
        tokenTypeIds: tf.zeros([2, 4], 'int32'),
        startPositions,
        endPositions,
      });
      expect(() => head.lossWeight(batch(int([1, 2]), int([1, 1])))).toThrow(
        /endPositions: expected the last token at or after the first, found 1 at position 1/,
      );
      expect(() => head.loss(batch(int([1]), int([1, 1])))).toThrow(
        /startPositions: expected int32 \[2\], found int32 \[1\]/,
      );
      expect(() => head.loss(batch(int([1, 2]), tf.tensor1d([1, 2])))).toThrow(
        /endPositions: .* found float32/,
      );
    });
    head.dispose();
  });
});
