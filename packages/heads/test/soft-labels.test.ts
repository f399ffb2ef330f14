import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';
import { readFileSync } from 'node:fs';

import {
  type ClassifierOptions,
  distillationLoss,
  HeadError,
  type SequenceBatch,
  SequenceClassifier,
  softmaxCrossEntropy,
} from '../src/index.js';
import { assignGolden, goldenEncoder, goldenInputs, inMemory } from './golden-model.js';

interface SoftCase {
  weight: number;
  temperature: number;
  smoothing: number;
  classWeights: number[] | null;
  logits: number[][];
  teacher: number[][];
  labels: number[];
  loss: number;
  grad: number[][];
}

const { cases, classifier } = JSON.parse(
  readFileSync(new URL('golden/soft-labels.json', import.meta.url), 'utf8'),
) as {
  cases: SoftCase[];
  classifier: Pick<SoftCase, 'weight' | 'temperature' | 'labels' | 'teacher' | 'loss'> & {
    grads: Record<string, number[] | number[][]>;
  };
};

const task = 'sequence-classification-5';
const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
const labels = ['a', 'b', 'c', 'd', 'e'];

function goldenStudent(options: Partial<ClassifierOptions> = {}): SequenceClassifier {
  const model = SequenceClassifier.fromEncoder(goldenEncoder(task), { labels, ...options });
  assignGolden(model.parameters, golden, 'param/');
  return model;
}

function goldenBatch(): SequenceBatch & { teacherLogits: tf.Tensor2D } {
  return {
    ...goldenInputs(golden),
    labels: tf.tensor1d(classifier.labels, 'int32'),
    teacherLogits: tf.tensor2d(classifier.teacher),
  };
}

/** Rows of a batch; the caller tidies up. */
function rowsOf(batch: SequenceBatch, from: number, count: number): SequenceBatch {
  const parts = Object.entries(batch).map(([name, tensor]) => [
    name,
    tf.slice(tensor as tf.Tensor, from, count),
  ]);
  const rows: unknown = Object.fromEntries(parts);
  return rows as SequenceBatch;
}

describe.each(['cpu', 'wasm'])('distillation on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(
    cases.map(
      (one, i) => [`w ${one.weight}, T ${one.temperature}, smoothing ${one.smoothing} #${i}`, one] as const,
    ),
  )('%s as torch', (_name, one) => {
    tf.tidy(() => {
      const { value, grad } = tf.valueAndGrad((x) =>
        distillationLoss(x as tf.Tensor2D, tf.tensor1d(one.labels, 'int32'), tf.tensor2d(one.teacher), {
          distillationWeight: one.weight,
          temperature: one.temperature,
          labelSmoothing: one.smoothing,
          classWeights: one.classWeights ?? undefined,
        }),
      )(tf.tensor2d(one.logits));
      expectClose(value.dataSync(), [one.loss], { atol: 1e-6 + 1e-5 * Math.abs(one.loss) }, 'loss');
      expectClose(grad.dataSync(), one.grad.flat(), { atol: 1e-6, rtolOfMax: 1e-5 }, 'gradient');
    });
  });

  it('of a whole classifier is as torch, gradients included, and leaves no tensors behind', () => {
    const { weight: distillationWeight, temperature } = classifier;
    const model = goldenStudent({ distillationWeight, temperature });
    const batch = goldenBatch();
    const before = tf.memory().numTensors;
    tf.tidy(() => {
      const { value, grads } = tf.variableGrads(() => model.loss(batch), [...model.parameters.values()]);
      expectClose(value.dataSync(), [classifier.loss], { atol: 1e-5 * classifier.loss }, 'loss');
      expectClose(model.lossAndPredictions(batch).loss.dataSync(), value.dataSync(), { atol: 1e-6 }, 'loss');
      for (const [name, expected] of Object.entries(classifier.grads)) {
        const own = name.replace(/^bert\./, '');
        const data = Float32Array.from(expected.flat());
        const shape = Array.isArray(expected[0]) ? [expected.length, expected[0].length] : [expected.length];
        const gradient = grads[model.parameters.get(own)!.name].dataSync();
        const tolerance = { atol: 1e-5, rtolOfMax: 1e-4 };
        expectClose(gradient, inMemory(own, { shape, data }), tolerance, own);
      }
    });
    expect(model.lossWeight(batch)).toBe(batch.inputIds.shape[0]);
    expect(tf.memory().numTensors).toBe(before);
    model.dispose();
    tf.dispose(Object.values(batch));
  });

  it('of micro-batches adds up to that of the batch, where labels are missing in some and classes are weighted', () => {
    const weighted = { classWeights: [1, 2, 0.5, 1, 3], weightedMean: 'examples' } as const;
    const model = goldenStudent({ ...weighted, temperature: 3 });
    const batch = goldenBatch();
    const [rows] = batch.inputIds.shape;
    expect(rows).toBeGreaterThan(2);
    tf.tidy(() => {
      const variables = [...model.parameters.values()];
      const whole = tf.variableGrads(() => model.loss(batch), variables);
      const parts = [rowsOf(batch, 0, 1), rowsOf(batch, 1, rows - 2), rowsOf(batch, rows - 1, 1)];
      const share = (part: SequenceBatch): number => model.lossWeight(part) / model.lossWeight(batch);
      const sums = tf.variableGrads(
        () => tf.addN(parts.map((part) => tf.mul(model.loss(part), share(part)))),
        variables,
      );
      expectClose(sums.value.dataSync(), whole.value.dataSync(), { atol: 1e-5 }, 'loss');
      for (const { name } of variables)
        expectClose(sums.grads[name].dataSync(), whole.grads[name].dataSync(), { atol: 1e-5 }, name);
    });
    model.dispose();
    tf.dispose(Object.values(batch));
  });

  it('of a teacher that says what the student says is the cross-entropy alone, focal too', () => {
    tf.tidy(() => {
      const logits = tf.tensor2d([
        [1, 2, -3],
        [0.5, 0, 9],
      ]);
      const targets = tf.tensor1d([2, 0], 'int32');
      for (const options of [{}, { focalGamma: 2 }]) {
        const loss = distillationLoss(logits, targets, logits, { ...options, distillationWeight: 0.25 });
        const expected = 0.75 * softmaxCrossEntropy(logits, targets, options).dataSync()[0];
        expectClose(loss.dataSync(), [expected], { atol: 1e-5 }, 'loss');
      }
    });
  });
});

describe('batches with and without a teacher', () => {
  it('without one the loss is that of the labels, whatever the options say', () => {
    const [plain, student] = [goldenStudent(), goldenStudent({ distillationWeight: 0.9, temperature: 4 })];
    const { teacherLogits, ...batch } = goldenBatch();
    const labelled = { ...batch, labels: tf.zerosLike(batch.labels) };
    tf.tidy(() => {
      expect(student.loss(labelled).dataSync()).toEqual(plain.loss(labelled).dataSync());
      const taught = student.loss({ ...labelled, teacherLogits }).dataSync();
      expect(taught).not.toEqual(plain.loss(labelled).dataSync());
    });
    expect(() => student.lossWeight(batch)).toThrow(/-100/);
    for (const each of [plain, student]) each.dispose();
    tf.dispose([teacherLogits, labelled.labels, ...Object.values(batch)]);
  });
});

describe('wrong use', () => {
  it.each([
    [{ temperature: 0 }, /temperature.*above 0, found 0/],
    [{ temperature: NaN }, /temperature.*NaN/],
    [{ distillationWeight: 1.5 }, /distillationWeight.*\[0, 1\], found 1.5/],
    [{ distillationWeight: -1 }, /distillationWeight/],
  ])('%j is refused', (options, message) => {
    const bert = goldenEncoder(task);
    expect(() => SequenceClassifier.fromEncoder(bert, { labels, ...options })).toThrow(message);
    bert.dispose();
  });

  it('teacher logits of another shape, not finite, or for sigmoids are refused', () => {
    const model = goldenStudent();
    const batch = goldenBatch();
    const [rows] = batch.inputIds.shape;
    const narrow = tf.zeros([rows, 4]) as tf.Tensor2D;
    expect(() => model.loss({ ...batch, teacherLogits: narrow })).toThrow(/teacherLogits.*, 5\]/);
    const nan = tf.fill([rows, 5], NaN) as tf.Tensor2D;
    expect(() => model.lossWeight({ ...batch, teacherLogits: nan })).toThrow(/finite/);
    const wrong = tf.fill([rows], 5, 'int32');
    expect(() => model.lossWeight({ ...batch, labels: wrong })).toThrow(/0 to 4, found 5/);
    model.dispose();
    const weighted = goldenStudent({ classWeights: [1, 1, 1, 1, 2] });
    expect(() => weighted.loss(batch)).toThrow(/weightedMean/);
    weighted.dispose();
    const several = goldenStudent({ problem: 'multi-label' });
    const present = tf.zeros([rows, 5]);
    expect(() => several.loss({ ...batch, labels: present })).toThrow(HeadError);
    several.dispose();
    tf.dispose([narrow, nan, wrong, present, ...Object.values(batch)]);
  });
});
