import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  adamW,
  compile,
  type CompiledModel,
  type CompileOptions,
  type RangeTestOptions,
  type RangeTestStep,
  type Schedule,
  sgd,
} from '../../src/index.js';
import { type SentenceBatch, sentenceData, sentences, SmallClassifier } from '../logistic.js';
import { Quadratic, weightData } from '../quadratic.js';

const data = sentenceData(sentences(90));
const range = { min: 1e-4, max: 1, steps: 40 };
const batching = { batchSize: 8, gradientAccumulationSteps: 2, seed: 3 };

describe.each(['cpu', 'wasm'])('a range test on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each<[string, CompileOptions['optimizer']]>([
    ['adamW', adamW({ learningRate: 1 })],
    ['sgd with momentum', sgd({ learningRate: 1, momentum: 0.9 })],
  ])(
    'with %s takes the steps that fit takes at these learning rates, to the last bit',
    async (_, optimizer) => {
      const { min, max, steps } = range;
      const rising: Schedule = {
        name: 'rising',
        factor: (step) => min * (max / min) ** (step / (steps - 1)),
      };
      const run = (schedule: Schedule | undefined) => {
        const model = new SmallClassifier({ dropout: 0.1, classWeights: [1, 2] });
        const compiled = compile(model, { optimizer, schedule, clipNorm: 1 });
        return { model, compiled };
      };
      const fitted = run(rising);
      const history = await fitted.compiled.fit(data, { ...batching, maxSteps: steps });
      // The schedule of the model has no part in it.
      const tested = run({ name: 'none', factor: () => 0 });
      const found = await tested.compiled.findLearningRate(data, {
        ...range,
        ...batching,
        divergence: Infinity,
      });
      expect(found.ended).toBe('completed');
      expect(found.losses).toEqual(history.losses);
      expect(found.learningRates).toEqual(history.learningRates);
      for (const { model, compiled } of [fitted, tested]) {
        compiled.dispose();
        model.dispose();
      }
    },
  );

  it.each<[string, RangeTestOptions, 'completed' | 'diverged' | 'not-finite' | 'aborted' | Error]>([
    ['to its end', { divergence: Infinity }, 'completed'],
    ['that diverges', { max: 1e4 }, 'diverged'],
    ['whose loss overflows', { max: 1e38, divergence: Infinity }, 'not-finite'],
    ['that is cut off', {}, 'aborted'],
    ['that fails', {}, new Error('stop')],
  ])('%s leaves weights, moments and tensors as they were', async (_, options, ended) => {
    const model = new Quadratic({
      ...{ shapes: { a: [3], b: [2, 2] }, start: { a: [1, 2, 3], b: [0, 1, 2, 3] } },
      ...{ target: { a: [0, 1, 0], b: [1, 0, 1, 0] }, a: 1, amplitude: 0.1 },
    });
    const weights = weightData(Array.from({ length: 40 }, () => 1));
    const fresh = new Quadratic({
      ...{ shapes: { a: [3], b: [2, 2] }, start: { a: [1, 2, 3], b: [0, 1, 2, 3] } },
      ...{ target: { a: [0, 1, 0], b: [1, 0, 1, 0] }, a: 1, amplitude: 0.1 },
    });
    const optimizer = sgd({ learningRate: 0.01, momentum: 0.9 });
    const compiled = compile(model, { optimizer });
    const untouched = compile(fresh, { optimizer });
    const controller = new AbortController();
    const onStep = ({ step }: RangeTestStep): void => {
      if (step < 5) return;
      if (ended === 'aborted') controller.abort();
      if (ended instanceof Error) throw ended;
    };
    const test = () =>
      compiled.findLearningRate(weights, {
        ...range,
        ...options,
        batchSize: 4,
        onStep,
        signal: controller.signal,
      });
    // Before the first step of fit, with moments of zero, and after it, with others.
    for (const round of [0, 1]) {
      const results = await Promise.all([compiled.exportOptimizerState(), untouched.exportOptimizerState()]);
      expect(results[0]).toEqual(results[1]);
      const tensors = tf.memory().numTensors;
      if (ended instanceof Error) await expect(test()).rejects.toBe(ended);
      else if (ended === 'aborted' && round === 1) expect(await test()).toMatchObject({ ended, losses: [] });
      else {
        const found = await test();
        expect(found.ended).toBe(ended);
        expect(found.losses.every(Number.isFinite)).toBe(true);
        if (ended === 'aborted') expect(found.losses).toHaveLength(6);
      }
      expect(tf.memory().numTensors).toBe(tensors);
      for (const name of ['a', 'b']) expect(model.values(name)).toEqual(fresh.values(name));
      const [after, other] = [
        await compiled.fit(weights, { epochs: 2, batchSize: 4 }),
        await untouched.fit(weights, { epochs: 2, batchSize: 4 }),
      ];
      expect(after.losses).toEqual(other.losses);
    }
    expect(await compiled.exportOptimizerState()).toEqual(await untouched.exportOptimizerState());
    for (const each of [compiled, untouched]) each.dispose();
    for (const each of [model, fresh]) each.dispose();
  });
});

describe('on a quadratic', () => {
  const a = 0.8;
  const spec = { shapes: { p: [2] }, start: { p: [1.5, -0.5] }, target: { p: [0.5, 0.5] }, a, amplitude: 0 };
  const data = weightData([1]);

  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('loses as the closed form says, and least just above 2 / a', async () => {
    const compiled = compile(new Quadratic(spec), { optimizer: sgd({ learningRate: 1 }) });
    const found = await compiled.findLearningRate(data, { min: 1e-3, max: 100, steps: 31, smoothing: 0 });
    let distance = 1; // of each coordinate from its target
    const expected = found.learningRates.map((rate) => {
      const loss = (2 * a * distance ** 2) / 2;
      distance *= 1 - a * rate;
      return loss;
    });
    for (const [step, loss] of found.losses.entries())
      expect(Math.abs(loss - expected[step])).toBeLessThan(1e-6 + 0.05 * expected[step]);
    expect(found.smoothedLosses).toEqual(found.losses);
    expect(found.ended).toBe('diverged');
    const [minimum, before] = [found.suggestion!.minimumStep, found.suggestion!.minimumStep - 1];
    expect(found.learningRates[before]).toBeLessThan(2 / a);
    expect(found.learningRates[minimum]).toBeGreaterThan(2 / a);
    expect(found.suggestion!.tenthOfMinimum).toBe(found.suggestion!.minimum / 10);
    compiled.dispose();
  });

  it('trains also what is unfrozen later', async () => {
    const shapes = { first: [1], later: [1] };
    const values = { first: [1], later: [1] };
    const target = { first: [1], later: [0] }; // the first is where it should be
    const model = new Quadratic({ shapes, start: values, target, a, amplitude: 0 });
    const trainFrom = (name: string): number => (name === 'later' ? 3 : 0);
    const compiled = compile(model, { optimizer: sgd({ learningRate: 1 }), trainFrom });
    const { losses } = await compiled.findLearningRate(data, { steps: 20, divergence: Infinity });
    expect(losses.at(-1)).toBeLessThan(losses[0] / 2);
    compiled.dispose();
  });
});

describe('wrong use', () => {
  let compiled: CompiledModel<SentenceBatch>;

  beforeAll(async () => {
    await tf.setBackend('cpu');
    compiled = compile(new SmallClassifier(), { optimizer: sgd() });
  });

  it.each<[string, RangeTestOptions, RegExp]>([
    ['a range that falls', { min: 1, max: 0.1 }, /min must be below max, found 1 and 0.1/],
    ['a range of one', { min: 0.1, max: 0.1 }, /min must be below max/],
    ['few steps', { steps: 19 }, /steps must be at least 20, found 19/],
    ['half a step', { steps: 50.5 }, /steps must be an integer/],
    ['smoothing', { smoothing: 1 }, /smoothing must be a number in \[0, 1\), found 1/],
    ['several', { min: 0, divergence: 1 }, /min must .* found 0; divergence must be above 1, found 1/],
    ['no number', { max: NaN }, /max must be a finite number above 0, found NaN/],
    ['the batches', { batchSize: 0 }, /batchSize must be/],
  ])('%s is refused', async (_, options, message) => {
    await expect(compiled.findLearningRate(data, options)).rejects.toMatchObject({
      code: 'invalid-options',
      message: expect.stringMatching(message),
    });
  });

  it('no examples, labels that do not fit, and two things at once', async () => {
    await expect(compiled.findLearningRate(sentenceData([]))).rejects.toMatchObject({ code: 'no-examples' });
    const running = compiled.findLearningRate(data, range);
    await expect(compiled.findLearningRate(data)).rejects.toMatchObject({ code: 'busy' });
    await running;
    compiled.dispose();
    await expect(compiled.findLearningRate(data)).rejects.toMatchObject({ code: 'disposed' });
  });
});
