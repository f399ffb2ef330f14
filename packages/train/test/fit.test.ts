import { expectClose } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  accuracy,
  adamW,
  type Callback,
  compile,
  type FitOptions,
  f1,
  linearSchedule,
  sgd,
} from '../src/index.js';
import { type Sentence, type SentenceBatch, sentenceData, sentences, SmallClassifier } from './logistic.js';

type Options = FitOptions<Sentence, SentenceBatch>;

describe.each(['cpu', 'wasm'])('fit on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('learns, and reports every figure', async () => {
    const model = new SmallClassifier({ dropout: 0.1 });
    const compiled = compile(model, {
      optimizer: adamW({ learningRate: 0.03 }),
      schedule: linearSchedule({ warmupRatio: 0.1 }),
      clipNorm: 1,
      metrics: [accuracy(), f1()],
    });
    const data = sentenceData(sentences(200));
    const validationData = sentenceData(sentences(60, 5));
    const seen: Record<string, number>[] = [];
    const history = await compiled.fit(data, {
      epochs: 6,
      batchTokens: 160,
      seed: 1,
      validationData,
      callbacks: [{ onTrainBatchEnd: (_, logs) => void seen.push(logs) }],
    });
    expect(history.ended).toBe('completed');
    expect(history.steps).toBe(history.losses.length);
    expect(history.epoch).toEqual([0, 1, 2, 3, 4, 5]);
    expect(Object.keys(history.history)).toEqual([
      'loss',
      'learningRate',
      'paddingWaste',
      'tokensPerSecond',
      'val_loss',
      'val_accuracy',
      'val_f1',
    ]);
    expect(history.history.val_accuracy.at(-1)).toBeGreaterThan(0.9);
    expect(history.learningRates[0]).toBe(0);
    expect(history.gradientNorms).toHaveLength(history.steps);
    expect(seen[3]).toEqual({
      step: 3,
      totalSteps: history.steps,
      epoch: 0,
      loss: history.losses[3],
      learningRate: history.learningRates[3],
      gradientNorm: history.gradientNorms[3],
      examples: expect.any(Number),
      tokens: expect.any(Number),
      tokensPerSecond: expect.any(Number),
      paddingWaste: expect.any(Number),
    });
    expect(await compiled.evaluate(validationData)).toEqual({
      loss: expect.closeTo(history.history.val_loss.at(-1)!, 6),
      accuracy: history.history.val_accuracy.at(-1),
      f1: history.history.val_f1.at(-1),
    });
    // every training batch had its own dropout
    const runs = model.runs.map((run) => `${run.seed}/${run.step}/${run.microBatch}`);
    expect(new Set(runs).size).toBe(history.steps);
    compiled.dispose();
    model.dispose();
  });

  it('predicts in the order of the examples, whatever the batches', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    const examples = sentences(50);
    const { values, shape } = await compiled.predict(sentenceData(examples), { batchTokens: 100 });
    expect(shape).toEqual([50, 2]);
    for (const [i, example] of examples.entries()) {
      const alone = tf.tidy(() => model.predict(sentenceData([]).collate([example])).dataSync());
      expectClose(values.slice(2 * i, 2 * i + 2), alone, { atol: 1e-6 }, `example ${i}`);
    }
    compiled.dispose();
    model.dispose();
  });

  it('evaluates longest first, within the budget', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd(), metrics: [accuracy()] });
    const examples = sentences(50);
    const plain = sentenceData(examples);
    const shapes: number[][] = [];
    const watched = {
      ...plain,
      collate: (chosen: readonly Sentence[]) => {
        const batch = plain.collate(chosen);
        shapes.push(batch.values.shape);
        return batch;
      },
    };
    const results = await compiled.evaluate(watched, { batchTokens: 120 });
    expect(shapes.length).toBeGreaterThan(3);
    for (const [rows, tokens] of shapes) expect(rows * tokens).toBeLessThanOrEqual(120);
    const lengths = shapes.map(([, tokens]) => tokens);
    expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
    const atOnce = await compiled.evaluate(plain, { batchSize: 50 });
    expectClose([results.loss], [atOnce.loss], { atol: 1e-6 });
    expect(results.accuracy).toBe(atOnce.accuracy);
    compiled.dispose();
    model.dispose();
  });

  it('gives the same losses to the last bit from the same seed, others from another', async () => {
    const run = async (seed: number): Promise<readonly number[]> => {
      const model = new SmallClassifier({ dropout: 0.3 });
      const compiled = compile(model, { optimizer: adamW({ learningRate: 0.01 }), clipNorm: 1 });
      const { losses } = await compiled.fit(sentenceData(sentences(100)), { epochs: 2, batchSize: 8, seed });
      compiled.dispose();
      model.dispose();
      return losses;
    };
    const first = await run(7);
    expect(await run(7)).toEqual(first);
    expect(await run(8)).not.toEqual(first);
  });

  it.each([
    ['equal weights', undefined],
    ['class weights, whose divisors differ between micro-batches', [0.3, 1.7]],
    ['a class of weight 0, so that whole micro-batches weigh nothing', [0, 1]],
  ])('accumulates micro-batches to the big batch: %s', async (_, classWeights) => {
    const examples = sentences(24);
    const run = async (options: Options) => {
      const model = new SmallClassifier(classWeights ? { classWeights } : {});
      const compiled = compile(model, { optimizer: sgd({ learningRate: 0.5, momentum: 0.9 }), clipNorm: 1 });
      const fixed: Options = { epochs: 4, shuffle: false, groupByLength: false };
      const history = await compiled.fit(sentenceData(examples), { ...fixed, ...options });
      const parameters = model.snapshot();
      compiled.dispose();
      model.dispose();
      return { history, parameters };
    };
    const big = await run({ batchSize: 8 });
    for (const options of [
      { batchSize: 2, gradientAccumulationSteps: 4 },
      { batchSize: 1, gradientAccumulationSteps: 8 },
    ]) {
      const small = await run(options);
      expect(small.history.steps).toBe(12);
      expectClose(small.history.losses, big.history.losses, { atol: 1e-6 }, 'losses');
      expectClose(small.history.gradientNorms, big.history.gradientNorms, { atol: 2e-6 }, 'norms');
      expectClose(small.parameters, big.parameters, { atol: 2e-6 }, 'parameters');
    }
  });

  it('leaves frozen parameters alone and gives them no part in the norm', async () => {
    const norm = async (trainable?: (name: string) => boolean): Promise<number> => {
      const model = new SmallClassifier();
      const before = model.snapshot();
      const compiled = compile(model, {
        optimizer: adamW({ learningRate: 0.01, weightDecay: 0.1 }),
        clipNorm: Infinity,
        trainable,
      });
      expect([...(await compiled.exportOptimizerState()).slots.keys()]).toHaveLength(trainable ? 4 : 8);
      const history = await compiled.fit(sentenceData(sentences(16)), { batchSize: 16 });
      const after = model.snapshot();
      const dense = 2 * 8 + 8;
      if (trainable) expect(after.slice(0, dense)).toEqual(before.slice(0, dense));
      else expect(after[0]).not.toBe(before[0]);
      for (let i = dense; i < after.length; i++) expect(after[i]).not.toBe(before[i]);
      compiled.dispose();
      model.dispose();
      return history.gradientNorms[0];
    };
    expect(await norm((name) => name.startsWith('classifier.'))).toBeLessThan(await norm());
  });

  it('holds as many tensors after 200 steps, evaluations and predictions as before', async () => {
    const model = new SmallClassifier({ dropout: 0.1 });
    const compiled = compile(model, { optimizer: adamW(), clipNorm: 1, metrics: [accuracy()] });
    const data = sentenceData(sentences(40));
    await compiled.exportOptimizerState(); // makes the slots
    const counts: number[] = [];
    const watch: Callback = { onTrainBatchBegin: () => void counts.push(tf.memory().numTensors) };
    const before = tf.memory().numTensors;
    const options: Options = {
      batchSize: 5,
      gradientAccumulationSteps: 2,
      maxSteps: 200,
      validationData: data,
    };
    expect((await compiled.fit(data, { ...options, callbacks: [watch] })).steps).toBe(200);
    expect(new Set(counts)).toEqual(new Set([before]));
    await compiled.evaluate(data);
    await compiled.predict(data);
    expect(tf.memory().numTensors).toBe(before);
    compiled.dispose();
    model.dispose();
  });

  it('goes on from any step as if it had not stopped', async () => {
    const options: Options = { epochs: 3, batchTokens: 80, seed: 11 };
    const data = sentenceData(sentences(60));
    const setup = {
      optimizer: adamW({ learningRate: 0.02, weightDecay: 0.1 }),
      schedule: linearSchedule(),
      clipNorm: 1,
    };
    const whole = new SmallClassifier({ dropout: 0.2 });
    const compiledWhole = compile(whole, setup);
    const { losses, steps } = await compiledWhole.fit(data, options);

    const stop = Math.floor(steps / 2);
    const model = new SmallClassifier({ dropout: 0.2 });
    const first = compile(model, setup);
    const abort = new AbortController();
    const history = await first.fit(data, {
      ...options,
      signal: abort.signal,
      callbacks: [{ onTrainBatchEnd: (_, logs) => (logs.step === stop - 1 ? abort.abort() : undefined) }],
    });
    expect(history).toMatchObject({ ended: 'aborted', steps: stop, losses: losses.slice(0, stop) });
    const state = await first.exportOptimizerState();
    first.dispose();

    const second = compile(model, setup);
    await second.importOptimizerState(state);
    const rest = await second.fit(data, { ...options, initialStep: stop });
    expect(rest.losses).toEqual(losses.slice(stop));
    expect(rest.steps).toBe(steps);
    expect(model.snapshot()).toEqual(whole.snapshot());
    second.dispose();
    compiledWhole.dispose();
    whole.dispose();
    model.dispose();
  });
});

describe('fit', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const setUp = (options: { learningRate?: number } = {}) => {
    const model = new SmallClassifier();
    return { model, compiled: compile(model, { optimizer: sgd(options) }) };
  };
  const data = sentenceData(sentences(20));

  it('counts epochs and steps as asked', async () => {
    const { compiled } = setUp();
    const steps = async (options: Options): Promise<number> =>
      (await compiled.fit(data, { batchSize: 6, ...options })).steps;
    expect(await steps({})).toBe(4); // one epoch, the last batch short
    expect(await steps({ epochs: 3 })).toBe(12);
    expect(await steps({ epochs: 3, maxSteps: 5 })).toBe(5);
    expect(await steps({ maxSteps: 9 })).toBe(9);
    expect(await steps({ epochs: 3, stepsPerEpoch: 2 })).toBe(6);
    expect(await steps({ epochs: 2, gradientAccumulationSteps: 3 })).toBe(4);
  });

  it('weighs batches in the figures of an epoch by their examples and class weights', async () => {
    const model = new SmallClassifier({ classWeights: [0.3, 1.7] });
    const compiled = compile(model, { optimizer: sgd({ learningRate: 0 }) });
    const history = await compiled.fit(data, { batchSize: 7, validationData: data });
    expect(history.history.loss[0]).toBeCloseTo(history.history.val_loss[0], 6);
    expect(history.history.val_loss[0]).toBeCloseTo(
      (await compiled.evaluate(data, { batchSize: 20 })).loss,
      6,
    );

    const lengths = data.examples.map(({ values }) => values.length);
    const figures = await compiled.fit(data, { batchSize: 20, groupByLength: false });
    const waste = 1 - lengths.reduce((sum, length) => sum + length, 0) / (20 * Math.max(...lengths));
    expect(figures.history.paddingWaste[0]).toBeCloseTo(waste, 12);
  });

  it('lets the event loop have its turn at every step', async () => {
    const { compiled } = setUp();
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 0);
    const work: Callback = {
      onTrainBatchEnd: () => {
        const end = performance.now() + 3;
        while (performance.now() < end);
      },
    };
    await compiled.fit(data, { batchSize: 1, epochs: 2, callbacks: [work] });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(15);
  });

  it('gives evaluation and prediction up when the signal says so', async () => {
    const { compiled } = setUp();
    const signal = AbortSignal.abort();
    await expect(compiled.evaluate(data, { signal })).rejects.toMatchObject({ code: 'aborted' });
    await expect(compiled.predict(data, { signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(await compiled.fit(data, { signal })).toMatchObject({ ended: 'aborted', steps: 0, epoch: [] });
  });

  it('says so when the signal comes during the last validation', async () => {
    const { compiled } = setUp();
    const abort = new AbortController();
    const callbacks: Callback[] = [{ onTestBatchEnd: () => abort.abort() }];
    const options = { batchSize: 10, validationData: data, callbacks, signal: abort.signal };
    expect(await compiled.fit(data, options)).toMatchObject({ ended: 'aborted', steps: 2, epoch: [] });
  });

  it('evaluates with one forward pass where the model offers it', async () => {
    const { model, compiled } = setUp();
    const plain = await compiled.evaluate(data, { batchSize: 7 });
    let passes = 0;
    Object.assign(model, {
      lossAndPredictions: (batch: SentenceBatch) => {
        passes += 1;
        return { loss: model.loss(batch), predictions: model.predict(batch) };
      },
    });
    const before = tf.memory().numTensors;
    expect(await compiled.evaluate(data, { batchSize: 7 })).toEqual(plain);
    expect(passes).toBe(3);
    expect(tf.memory().numTensors).toBe(before);
  });
});
