import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { Bert, createBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readTensors } from '@bertune/testkit';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { SequenceClassifier, SequenceRegressor } from '../src/index.js';
import { goldenInputs } from './golden-model.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bertune-heads-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeAll(async () => {
  await tf.setBackend('wasm');
});

const savedConfig = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
const code = async (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'resolved',
    (error: unknown) => (error as { code?: string }).code,
  );
const tiny = createBertConfig({ vocabSize: 40, hiddenSize: 8, numHeads: 2, numLayers: 1, maxPosition: 10 });

describe('folders written by Hugging Face', () => {
  it.each([
    ['sequence-classification-5', SequenceClassifier, 'single-label'],
    ['sequence-multilabel-4', SequenceClassifier, 'multi-label'],
    ['sequence-regression-1', SequenceRegressor, undefined],
  ] as const)('%s loads to the same logits, with its labels', async (task, Head, problem) => {
    const head = await Head.fromPretrained(goldenPath(`heads/${task}.hf`));
    const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
    const inputs = goldenInputs(golden);
    const logits = head.logits(inputs);
    expectClose(logits.dataSync(), golden.get('output/logits')?.data ?? [], { atol: 5e-5 });
    if (head instanceof SequenceClassifier) expect(head.problem).toBe(problem);
    head.dispose();
    tf.dispose([logits, ...Object.values(inputs as object)] as tf.Tensor[]);
  });

  it('reads what Google’s run_classifier.py saved, with the caller’s labels', async () => {
    const source = goldenPath('model/tiny-gelu/tf1-finetuned');
    const expected = readTensors(join(source, 'expected-logits.safetensors'));
    const inputs = goldenInputs(
      readTensors(goldenPath('model/tiny-gelu/expected.safetensors')),
      'right-padded/',
    );
    const labels = ['a', 'b', 'c'];
    for (const [flavour, gelu] of [
      ['google', 'tanh'],
      ['hugging-face', 'erf'],
    ] as const) {
      const classifier = await SequenceClassifier.fromPretrained(source, { labels, flavour });
      const logits = classifier.logits(inputs);
      expectClose(logits.dataSync(), expected.get(`right-padded/${gelu}/logits`)?.data ?? [], { atol: 5e-5 });
      expect(classifier.labelNames).toEqual(labels);
      classifier.dispose();
      logits.dispose();
    }
    tf.dispose(Object.values(inputs as object) as tf.Tensor[]);
    expect(await code(SequenceClassifier.fromPretrained(source, { labels: ['a', 'b'] }))).toBe(
      'parameters-mismatch',
    );
  });

  it.each([
    ['sequence-classification-5', SequenceClassifier],
    ['sequence-regression-1', SequenceRegressor],
  ] as const)('%s hands `recompute` to its encoder', async (task, Head) => {
    for (const recompute of [undefined, true]) {
      const head = await Head.fromPretrained(goldenPath(`heads/${task}.hf`), { recompute });
      expect(head.bert.recompute).toBe(recompute ?? false);
      head.dispose();
    }
  });

  it('reads label names in the order of their ids', async () => {
    const head = await SequenceClassifier.fromPretrained(goldenPath('heads/sequence-multilabel-4.hf'));
    expect(head.labelNames).toEqual(['toxic', 'insult', 'threat', 'spam']);
    head.dispose();
  });

  it('does not take a classifier for a regressor, nor the other way round', async () => {
    expect(
      await code(SequenceRegressor.fromPretrained(goldenPath('heads/sequence-classification-5.hf'))),
    ).toBe('wrong-task');
    expect(await code(SequenceClassifier.fromPretrained(goldenPath('heads/sequence-regression-1.hf')))).toBe(
      'wrong-task',
    );
  });

  it('never starts a head at random unless told to', async () => {
    const encoder = goldenPath('model/tiny-gelu/hf-encoder-only');
    const before = tf.memory().numTensors;
    expect(await code(SequenceClassifier.fromPretrained(encoder, { labels: ['a', 'b'] }))).toBe(
      'parameters-mismatch',
    );
    expect(tf.memory().numTensors).toBe(before);
    const head = await SequenceClassifier.fromPretrained(encoder, {
      labels: ['a', 'b', 'c'],
      allowMissing: ['classifier'],
    });
    expect(head.columns).toBe(3);
    head.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('saved folders', () => {
  it.each(['single-label', 'multi-label', 'binary'] as const)(
    '%s comes back bit for bit',
    async (problem) => {
      const head = SequenceClassifier.fromEncoder(Bert.fromConfig(tiny, { seed: 1 }), {
        labels: ['bad', 'good'],
        problem,
        seed: 2,
      });
      await head.savePretrained(folder);
      const again = await SequenceClassifier.fromPretrained(folder);
      expect(again.problem).toBe(problem);
      expect(again.labelNames).toEqual(['bad', 'good']);
      for (const [name, variable] of head.parameters) {
        expect(again.parameters.get(name)?.dataSync()).toEqual(variable.dataSync());
      }
      expect(savedConfig().architectures).toEqual(['BertForSequenceClassification']);
      head.dispose();
      again.dispose();
    },
  );

  it('a binary classifier is one multi-label logit to Hugging Face, named after its positive label', async () => {
    const head = SequenceClassifier.fromEncoder(Bert.fromConfig(tiny), {
      labels: ['bad', 'good'],
      problem: 'binary',
    });
    await head.savePretrained(folder);
    expect(savedConfig()).toMatchObject({
      id2label: { 0: 'good' },
      problem_type: 'multi_label_classification',
    });
    head.dispose();
  });

  it('what a binary head wrote does not speak for the head that is saved after it', async () => {
    const binary = SequenceClassifier.fromEncoder(Bert.fromConfig(tiny), {
      labels: ['bad', 'good'],
      problem: 'binary',
    });
    await binary.savePretrained(folder);
    const regressor = await SequenceRegressor.fromPretrained(folder, { valueNames: ['score'] });
    await regressor.savePretrained(folder);
    expect(savedConfig()).not.toHaveProperty('negative_label');
    expect(await code(SequenceClassifier.fromPretrained(folder))).toBe('wrong-task');
    binary.dispose();
    regressor.dispose();
  });

  it('hold one step only, also when training goes on while they are written', async () => {
    const head = SequenceClassifier.fromEncoder(Bert.fromConfig(tiny), { labels: ['bad', 'good'] });
    const before = tf.memory().numTensors;
    const saving = head.savePretrained(folder);
    for (let step = 0; step < 20; step++) {
      tf.tidy(() => {
        for (const variable of head.parameters.values()) variable.assign(tf.fill(variable.shape, 100 + step));
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await saving;
    expect(tf.memory().numTensors).toBe(before);
    const again = await SequenceClassifier.fromPretrained(folder);
    for (const variable of again.parameters.values()) {
      expect(tf.tidy(() => tf.max(variable).dataSync()[0])).toBeLessThan(100);
    }
    head.dispose();
    again.dispose();
  });

  it('a regressor comes back with its names', async () => {
    const head = SequenceRegressor.fromEncoder(Bert.fromConfig(tiny), { valueNames: ['stars', 'length'] });
    await head.savePretrained(folder);
    const again = await SequenceRegressor.fromPretrained(folder);
    expect(again.valueNames).toEqual(['stars', 'length']);
    head.dispose();
    again.dispose();
  });
});

describe('wrong options and labels', () => {
  const classifier = (): SequenceClassifier =>
    SequenceClassifier.fromEncoder(Bert.fromConfig(tiny), { labels: ['a', 'b'] });
  const batch = (labels: tf.Tensor): Parameters<SequenceClassifier['lossWeight']>[0] => ({
    inputIds: tf.ones([2, 3], 'int32'),
    attentionMask: tf.ones([2, 3], 'int32'),
    tokenTypeIds: tf.zeros([2, 3], 'int32'),
    labels,
  });

  it.each([
    [{ labels: ['a'] }, /at least 2/],
    [{ labels: ['a', 'a'] }, /named twice/],
    [{ labels: ['a', 'b', 'c'], problem: 'binary' as const }, /single-label/],
    [{ labels: ['a', 'b'], labelSmoothing: 1 }, /labelSmoothing/],
    [{ labels: ['a', 'b'], classWeights: [1] }, /expected 2/],
    [{ labels: ['a', 'b'], classWeights: [1, 0] }, /positive/],
  ])('refuses %j', (options, message) => {
    const bert = Bert.fromConfig(tiny);
    expect(() => SequenceClassifier.fromEncoder(bert, options)).toThrow(message);
    bert.dispose();
  });

  it('refuses labels outside the classes, or of another shape', () => {
    const head = classifier();
    expect(() => head.lossWeight(batch(tf.tensor1d([0, 2], 'int32')))).toThrow(
      /from 0 to 1, found 2 at position 1/,
    );
    expect(() => head.lossWeight(batch(tf.tensor1d([0], 'int32')))).toThrow(/expected shape \[2\]/);
    expect(() => head.loss(batch(tf.tensor1d([0], 'int32')))).toThrow(/expected shape \[2\]/);
    expect(() => head.loss(batch(tf.tensor1d([0, 1])))).toThrow(/expected int32/);
    expect(head.lossWeight(batch(tf.tensor1d([0, 1], 'int32')))).toBe(2);
    head.dispose();
  });

  it('weighs a batch by its class weights, or by its examples as Keras', () => {
    const weigh = (weightedMean?: 'examples'): number => {
      const head = SequenceClassifier.fromEncoder(Bert.fromConfig(tiny), {
        labels: ['a', 'b'],
        classWeights: [0.5, 2],
        weightedMean,
      });
      const weight = head.lossWeight(batch(tf.tensor1d([1, 1], 'int32')));
      head.dispose();
      return weight;
    };
    expect(weigh()).toBe(4);
    expect(weigh('examples')).toBe(2);
  });

  it.each([[[]], [['a', 'a']]])('refuses the value names %j', (valueNames) => {
    const bert = Bert.fromConfig(tiny);
    const before = tf.memory().numTensors;
    expect(() => SequenceRegressor.fromEncoder(bert, { valueNames })).toThrow(/valueNames/);
    expect(tf.memory().numTensors).toBe(before);
    bert.dispose();
  });

  it('needs a pooler', () => {
    const bert = Bert.fromConfig(tiny, { pooler: false });
    expect(() => SequenceClassifier.fromEncoder(bert, { labels: ['a', 'b'] })).toThrow(/no pooler/);
    bert.dispose();
  });

  it('applies dropout in training only', () => {
    const head = classifier();
    const inputs = batch(tf.tensor1d([0, 1], 'int32'));
    const run = (step?: number): string =>
      tf.tidy(() =>
        head
          .logits(inputs, step === undefined ? undefined : { seed: 1, step })
          .dataSync()
          .join(),
      );
    expect(run()).toBe(run());
    expect(run(0)).not.toBe(run());
    expect(run(0)).not.toBe(run(1));
    head.dispose();
  });
});
