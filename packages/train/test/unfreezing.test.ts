import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { adamW, compile, sgd } from '../src/index.js';
import { sentenceData, sentences, SmallClassifier } from './logistic.js';

// Numbers of whole runs against torch: the traces `layerwise-lr-decay` and `gradual-unfreezing` in apps/sentiment.

const isHead = (name: string): boolean => name.startsWith('classifier.');
const trainFrom = (name: string): number => (isHead(name) ? 0 : 1);
const data = sentenceData(sentences(32));
const options = { batchSize: 8, epochs: 3, seed: 3 };

describe('trainFrom', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('leaves a parameter, its slots and its count alone until its epoch', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW({ weightDecay: 0.1 }), trainFrom });
    const before = model.snapshot();
    const dense = 2 * 8 + 8;
    await compiled.fit(data, { ...options, maxSteps: 4 });
    expect(model.snapshot().slice(0, dense)).toEqual(before.slice(0, dense));
    const { iterations, iterationsOf, slots } = await compiled.exportOptimizerState();
    expect([iterations, [...(iterationsOf ?? [])]]).toEqual([
      4,
      [
        ['dense.weight', 0],
        ['dense.bias', 0],
      ],
    ]);
    expect(Math.max(...(slots.get('dense.weight/v')?.values ?? [NaN]))).toBe(0);
    compiled.dispose();
    model.dispose();
  });

  it.each([3, 4, 6])('goes on after step %i with the counts of the exported state', async (stop) => {
    const setup = { optimizer: adamW({ learningRate: 0.02 }), trainFrom };
    const whole = new SmallClassifier();
    const compiledWhole = compile(whole, setup);
    await compiledWhole.fit(data, options);

    const model = new SmallClassifier();
    const first = compile(model, setup);
    const abort = new AbortController();
    await first.fit(data, {
      ...options,
      signal: abort.signal,
      callbacks: [{ onTrainBatchEnd: (_, { step }) => (step === stop - 1 ? abort.abort() : undefined) }],
    });
    const state = await first.exportOptimizerState();
    const second = compile(model, setup);
    await second.importOptimizerState(state);
    await second.fit(data, { ...options, initialStep: stop });
    expect(model.snapshot()).toEqual(whole.snapshot());
    for (const compiled of [compiledWhole, first, second]) compiled.dispose();
    for (const each of [whole, model]) each.dispose();
  });

  it('corrects the first updates of a parameter that an imported state does not know as first ones', async () => {
    const model = new SmallClassifier();
    const frozen = compile(model, { optimizer: adamW({ learningRate: 0.01 }), trainable: isHead });
    await frozen.fit(data, options);
    const state = await frozen.exportOptimizerState();
    const all = compile(model, { optimizer: adamW({ learningRate: 0.01 }) });
    await all.importOptimizerState(state, { allowMissing: true });
    const before = model.snapshot();
    await all.fit(data, { batchSize: 8, maxSteps: 1 });
    // Adam's first step is the learning rate in every direction, where the gradient is not tiny; uncorrected it is 3.2 times that.
    const moves = model.snapshot().map((value, i) => Math.abs(value - before[i]));
    expect(Math.max(...moves.slice(0, 24))).toBeCloseTo(0.01, 4);
    frozen.dispose();
    all.dispose();
    model.dispose();
  });

  it('is refused where nothing is trained in the first epoch, or an epoch is none', () => {
    const model = new SmallClassifier();
    const start = (epoch: number) => () => compile(model, { optimizer: sgd(), trainFrom: () => epoch });
    expect(start(1)).toThrow(/all of them frozen in epoch 0/);
    expect(start(0.5)).toThrow(/trainFrom\(dense\.weight\) must be an epoch/);
    const scaled = (scale: number) => () =>
      compile(model, { optimizer: sgd(), learningRateScale: () => scale });
    expect(scaled(NaN)).toThrow(/learningRateScale\(dense\.weight\) must be a finite number/);
    model.dispose();
  });

  it('refuses counts that cannot be', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW() });
    const state = await compiled.exportOptimizerState();
    const wrong = { ...state, iterationsOf: new Map([['dense.weight', 1]]) };
    await expect(compiled.importOptimizerState(wrong)).rejects.toThrow(/iterationsOf dense\.weight/);
    compiled.dispose();
    model.dispose();
  });
});
