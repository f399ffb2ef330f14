import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import {
  accuracy,
  adamW,
  compile,
  EagerExecutor,
  type FitOptions,
  linearSchedule,
  sgd,
} from '../src/index.js';
import { type Sentence, type SentenceBatch, sentenceData, sentences, SmallClassifier } from './logistic.js';

const data = sentenceData(sentences(20));

describe('wrong use', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it.each<[string, FitOptions<Sentence, SentenceBatch>, RegExp]>([
    ['batch size', { batchSize: 0 }, /batchSize must be an integer of at least 1, found 0/],
    ['two sizes', { batchSize: 8, batchTokens: 64 }, /not both/],
    ['seed', { seed: -1 }, /seed must be an integer in \[0, 2\^32\), found -1/],
    ['several at once', { epochs: 1.5, maxSteps: -3 }, /epochs must .* found 1.5; maxSteps must .* found -3/],
    ['infinite epochs', { epochs: Infinity }, /epochs must/],
    ['nothing left', { batchSize: 10, initialStep: 2 }, /initialStep is 2 but the run has 2 steps/],
  ])('%s is refused before anything runs', async (_, options, message) => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    const started = jestCallback();
    const error = await rejection(compiled.fit(data, { ...options, callbacks: [started.callback] }));
    expect(error).toMatchObject({ name: 'TrainError', code: 'invalid-options' });
    expect(error.message).toMatch(message);
    expect(started.calls).toBe(0);
  });

  it('options of compile', () => {
    const model = new SmallClassifier();
    expect(() => compile(model, { optimizer: sgd(), trainable: () => false })).toThrow(
      expect.objectContaining({
        code: 'no-trainable-parameters',
        message: expect.stringContaining('none among 4'),
      }),
    );
    expect(() => compile(model, { optimizer: sgd(), clipNorm: 0 })).toThrow(/clipNorm/);
    expect(() => compile(model, { optimizer: sgd(), metrics: [accuracy(), accuracy()] })).toThrow(
      /called accuracy/,
    );
  });

  it('data', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    const nothing = sentenceData([]);
    await expect(compiled.fit(nothing)).rejects.toMatchObject({ code: 'no-examples' });
    await expect(compiled.evaluate(nothing)).rejects.toMatchObject({ code: 'no-examples' });
    await expect(compiled.fit(data, { validationData: nothing })).rejects.toMatchObject({
      code: 'no-validation-examples',
    });
    await expect(compiled.fit(data, { batchTokens: 5 })).rejects.toMatchObject({ code: 'example-too-long' });
    await expect(compiled.fit({ ...data, length: () => 0 })).rejects.toThrow(
      /at least 1, found 0 for example 0/,
    );
    const empty = { ...data, collate: () => ({}) as SentenceBatch };
    await expect(compiled.fit(empty)).rejects.toMatchObject({ code: 'empty-batch' });
    const short = { ...data, collate: () => data.collate(data.examples.slice(0, 3)) };
    await expect(compiled.predict(short)).rejects.toMatchObject({ code: 'shape-mismatch' });
    await expect(compiled.evaluate(short)).rejects.toMatchObject({ code: 'shape-mismatch' });
  });

  it('a batch with another number of rows than examples', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    const parameters = model.snapshot();
    const before = tf.memory().numTensors;
    const short = { ...data, collate: () => data.collate(data.examples.slice(0, 3)) };
    const error = await rejection(compiled.fit(short));
    expect(error).toMatchObject({ code: 'shape-mismatch', details: { name: 'values', examples: 20 } });
    expect(error.message).toMatch(/one row for each of the 20 examples, found values of shape \[3, \d+\]/);
    expect(tf.memory().numTensors).toBe(before);
    expect(model.snapshot()).toEqual(parameters);
  });

  it('validation data that does not fit, before a step is taken', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    const started = jestCallback();
    const validationData = sentenceData([
      ...data.examples,
      { values: Array.from({ length: 70 }, () => 0), label: 0 },
      ...data.examples,
    ]);
    const fit = (given: typeof data) =>
      compiled.fit(data, { batchTokens: 60, validationData: given, callbacks: [started.callback] });
    await expect(fit(validationData)).rejects.toMatchObject({
      code: 'example-too-long',
      details: { index: 20, tokens: 70 },
    });
    await expect(fit({ ...data, length: () => 0.5 })).rejects.toMatchObject({ code: 'invalid-options' });
    expect(started.calls).toBe(0);
  });

  it('an executor that cannot start leaves the model free', async () => {
    class Refusing extends EagerExecutor {
      override startTraining(): never {
        throw new Error('no such optimiser');
      }
    }
    const compiled = compile(new SmallClassifier(), { optimizer: sgd(), executor: new Refusing() });
    await expect(compiled.fit(data)).rejects.toThrow('no such optimiser');
    await expect(compiled.fit(data)).rejects.toThrow('no such optimiser');
    compiled.dispose();
  });

  it('tensors that a batch only refers to stay', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    const table = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const referring = {
      ...data,
      collate: (chosen: readonly Sentence[]) => ({
        ...data.collate(chosen),
        shared: [table],
        more: { table },
      }),
    };
    await compiled.fit(referring);
    await compiled.predict(referring);
    expect(table.isDisposed).toBe(false);
    expect(tf.memory().numTensors).toBe(before);
    table.dispose();
  });

  it('a schedule longer than the run', async () => {
    const compiled = compile(new SmallClassifier(), {
      optimizer: sgd(),
      schedule: linearSchedule({ warmupSteps: 99 }),
    });
    await expect(compiled.fit(data)).rejects.toThrow(/warmupSteps is 99 but the run has 1 steps/);
  });

  it('a loss that is not finite ends the run before it spoils the parameters', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW({ learningRate: 0.25 }) });
    const before = tf.memory().numTensors;
    const loss = model.loss.bind(model);
    model.loss = (batch, run) =>
      run?.step === 3 ? tf.tidy(() => tf.mul(loss(batch, run), NaN)) : loss(batch, run);
    const parameters: Float32Array[] = [];
    const error = await rejection(
      compiled.fit(data, {
        maxSteps: 9,
        callbacks: [{ onTrainBatchBegin: () => void parameters.push(model.snapshot()) }],
      }),
    );
    expect(error).toMatchObject({ code: 'non-finite-loss', details: { step: 3, learningRate: 0.25 } });
    expect(error.message).toMatch(/Step 3: .* found NaN at learning rate 0.25. Lower learningRate/);
    expect(model.snapshot()).toEqual(parameters[3]);
    expect(model.snapshot()).not.toEqual(parameters[2]);
    expect(tf.memory().numTensors).toBe(before + 8); // the optimiser's slots
    model.loss = loss;
    expect((await compiled.fit(data)).ended).toBe('completed'); // and it can be used again
  });

  it('gradients that are not finite end the run when they are measured', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd(), clipNorm: 1 });
    const before = model.snapshot();
    const loss = model.loss.bind(model);
    model.loss = (batch, run) =>
      // sqrt has an infinite slope at 0 while its value is 0
      tf.tidy(() =>
        tf.add(loss(batch, run), tf.sqrt(tf.sum(tf.square(tf.mul(model.parameters.get('dense.bias')!, 0))))),
      );
    await expect(compiled.fit(data)).rejects.toMatchObject({
      code: 'non-finite-gradients',
      details: { step: 0 },
    });
    expect(model.snapshot()).toEqual(before);
  });

  it('a loss that is no scalar, or weighs nothing', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    model.lossWeight = () => 0;
    await expect(compiled.fit(data)).rejects.toMatchObject({ code: 'invalid-loss' });
    model.lossWeight = () => NaN;
    await expect(compiled.fit(data)).rejects.toThrow(/found NaN. Check labels and class weights/);
    model.lossWeight = () => 1;
    model.loss = (batch) => model.logits(batch) as unknown as tf.Scalar;
    await expect(compiled.fit(data)).rejects.toThrow(/expected a scalar tensor, found shape \[20, 2\]/);
    const before = tf.memory().numTensors;
    model.loss = () => undefined as unknown as tf.Scalar;
    await expect(compiled.fit(data)).rejects.toMatchObject({
      code: 'invalid-loss',
      message: expect.stringContaining('found no tensor'),
    });
    await expect(compiled.evaluate(data)).rejects.toMatchObject({ code: 'invalid-loss' });
    model.loss = () => tf.scalar(1);
    await expect(compiled.fit(data)).rejects.toThrow(/expected it to depend on a trained parameter/);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('use while training, and after disposal', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    const running = compiled.fit(data);
    await expect(compiled.fit(data)).rejects.toMatchObject({ code: 'busy' });
    expect(() => compiled.dispose()).toThrow(expect.objectContaining({ code: 'busy' }));
    await running;
    compiled.dispose();
    compiled.dispose();
    await expect(compiled.predict(data)).rejects.toMatchObject({ code: 'disposed' });
  });

  it('an error of collate or of a callback ends the run and leaves no tensor', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    const before = tf.memory().numTensors;
    const failing = (): never => {
      throw new Error('disk full');
    };
    await expect(compiled.fit(data, { callbacks: [{ onTrainBatchEnd: failing }] })).rejects.toThrow(
      'disk full',
    );
    await expect(compiled.fit({ ...data, collate: failing })).rejects.toThrow('disk full');
    const snapshots = {
      setModel: (model: { snapshot(): Promise<unknown> }) => model.snapshot().then(() => undefined),
    };
    await expect(compiled.fit(data, { callbacks: [snapshots, { onEpochEnd: failing }] })).rejects.toThrow(
      'disk full',
    );
    expect(tf.memory().numTensors).toBe(before);
  });
});

async function rejection(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('expected an error');
    },
    (error: unknown) => error as Error,
  );
}

function jestCallback(): { calls: number; callback: { setParams(): void } } {
  const counter = { calls: 0, callback: { setParams: () => void (counter.calls += 1) } };
  return counter;
}
