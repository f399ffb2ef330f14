import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expectClose, goldenPath, type GoldenTensor, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  type EmbeddingDistillationBatch,
  EmbeddingDistillationModel,
  HeadError,
  MaskedLanguageModel,
} from '../src/index.js';
import { assignGolden, goldenEncoder, goldenInputs, goldenLabels, inMemory } from './golden-model.js';

// By transformers and torch, tools/reference/embedding_distillation.py, on the weights and texts of the pre-training.
const golden = readTensors(new URL('golden/embedding-distillation.safetensors', import.meta.url).pathname);
const preTraining = readTensors(goldenPath('heads/pre-training.safetensors'));
const options = { embeddingSize: 5, maskedWeight: 0.3 };

function tensorOf(name: string): GoldenTensor {
  const tensor = golden.get(name);
  if (!tensor) throw new Error(`golden data lacks ${name}`);
  return tensor;
}

function teacherEmbeddings(): tf.Tensor2D {
  const { data, shape } = tensorOf('teacher_embeddings');
  return tf.tensor2d(Float32Array.from(data), [shape[0], shape[1]]);
}

function goldenBatch(): EmbeddingDistillationBatch {
  return {
    ...goldenInputs(preTraining),
    labels: goldenLabels<tf.Tensor2D>(preTraining),
    teacherEmbeddings: teacherEmbeddings(),
  };
}

function goldenStudent(): EmbeddingDistillationModel {
  const model = EmbeddingDistillationModel.fromEncoder(goldenEncoder('pre-training'), options);
  const parameters = [
    ...preTraining,
    ...[...golden].map(([name, value]) => [`param/${name}`, value] as const),
  ];
  assignGolden(model.parameters, new Map(parameters), 'param/');
  return model;
}

describe.each(['cpu', 'wasm'])('distillation of embeddings on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('loss, gradients and similarities are those of torch', () => {
    const model = goldenStudent();
    const batch = goldenBatch();
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const loss = (): tf.Scalar => model.loss(batch);
      const { value, grads } = tf.variableGrads(loss, [...model.parameters.values()]);
      const [expected] = tensorOf('loss').data;
      expectClose(value.dataSync(), [expected], { atol: 1e-5 * expected }, 'loss');
      const watched = [...golden.keys()].filter((name) => name.startsWith('grad/'));
      expect(watched).toHaveLength(6);
      for (const name of watched) {
        const own = name.slice('grad/'.length).replace(/^bert\./, '');
        const gradient = grads[model.parameters.get(own)!.name].dataSync();
        expectClose(gradient, inMemory(own, tensorOf(name)), { atol: 1e-5, rtolOfMax: 1e-4 }, own);
      }
      const both = model.lossAndPredictions(batch);
      expectClose(both.loss.dataSync(), [expected], { atol: 1e-5 * expected }, 'loss of an evaluation');
      const [similarities] = tf.split(both.predictions, [1, both.predictions.shape[1] - 1], 1);
      expectClose(similarities.dataSync(), tensorOf('similarities').data, { atol: 1e-5 }, 'similarities');
      expectClose(model.predict(batch).dataSync(), both.predictions.dataSync(), { atol: 1e-5 }, 'predict');
      const [ones, labels] = tf.split(model.labels(batch), [1, -1], 1);
      expect(new Set(ones.dataSync())).toEqual(new Set([1]));
      expect(labels.arraySync()).toEqual((batch as { labels: tf.Tensor2D }).labels.arraySync());
    });
    expect(model.lossWeight(batch)).toBe(batch.inputIds.shape[0]);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    tf.dispose(Object.values(batch));
  });

  it('maskedPerText makes the losses of halves add up to that of the whole', () => {
    const model = goldenStudent();
    const batch = { ...goldenBatch(), maskedPerText: tf.fill([4], 2.5) as tf.Tensor1D };
    tf.tidy(() => {
      const half = (from: number): EmbeddingDistillationBatch =>
        Object.fromEntries(
          Object.entries(batch).map(([name, tensor]) => [name, tf.slice(tensor as tf.Tensor, from, 2)]),
        ) as unknown as EmbeddingDistillationBatch;
      const [whole, first, second] = [batch, half(0), half(2)].map((part) => model.loss(part).dataSync()[0]);
      expect((first + second) / 2).toBeCloseTo(whole, 5);
    });
    model.dispose();
    tf.dispose(Object.values(batch));
  });
});

it('saves what it has learnt, and opens again; its masked language model and its encoder open without the teacher', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bertune-distillation-'));
  try {
    const model = goldenStudent();
    const batch = goldenBatch();
    await model.savePretrained(folder);
    const again = await EmbeddingDistillationModel.fromPretrained(folder, options);
    const expected = model.loss(batch).dataSync();
    expect(again.loss(batch).dataSync()).toEqual(expected);
    const masked = await MaskedLanguageModel.fromPretrained(folder);
    expect([...masked.parameters.keys()].some((name) => name.startsWith('cls.distillation'))).toBe(false);
    await expect(EmbeddingDistillationModel.fromPretrained(folder, { embeddingSize: 6 })).rejects.toThrow(
      /cls\.distillation\.weight/,
    );
    for (const each of [model, again, masked]) each.dispose();
    tf.dispose(Object.values(batch));
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('wrong use', () => {
  it('is refused before anything is computed', () => {
    const bert = goldenEncoder('pre-training');
    for (const wrong of [
      { embeddingSize: 0 },
      { embeddingSize: 1.5 },
      { embeddingSize: 5, maskedWeight: -1 },
    ]) {
      expect(() => EmbeddingDistillationModel.fromEncoder(bert, wrong)).toThrow(HeadError);
    }
    const plain = goldenEncoder('pre-training', { pooler: false });
    expect(() => EmbeddingDistillationModel.fromEncoder(plain, options)).toThrow(/pooler/);
    plain.dispose();
    bert.dispose();
    const model = goldenStudent();
    const batch = goldenBatch();
    const narrow = tf.zeros([4, 4]) as tf.Tensor2D;
    expect(() => model.loss({ ...batch, teacherEmbeddings: narrow })).toThrow(/teacherEmbeddings.*\[4, 5\]/s);
    const nan = tf.fill([4, 5], NaN) as tf.Tensor2D;
    expect(() => model.lossWeight({ ...batch, teacherEmbeddings: nan })).toThrow(/finite/);
    model.dispose();
    tf.dispose([narrow, nan, ...(Object.values(batch) as tf.Tensor[])]);
  });
});
