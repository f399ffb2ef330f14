import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Bert, createBertConfig } from '@bertune/bert';
import { type SequenceBatch, SequenceClassifier } from '@bertune/heads';
import { TensorFlowExecutor, type TensorFlowExecutorOptions } from '@bertune/tensorflow';
import { adamW, compile, type CompiledModel, linearSchedule, type StepLogs } from '@bertune/train';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { oddWords } from '../odd-words.js';
import { describeNative, startNative } from './native.js';

jest.setTimeout(120_000);

const LENGTHS = [5, 9, 16];
const EXAMPLES = 48;

/** Texts of three lengths. */
const data = oddWords(EXAMPLES, (i) => LENGTHS[i % 3] ?? 0);

interface Setting {
  readonly executor?: TensorFlowExecutorOptions | 'eager';
  readonly recompute?: boolean;
  readonly dropout?: number;
}

interface Run {
  readonly model: SequenceClassifier;
  readonly trained: CompiledModel<SequenceBatch>;
  dispose(): void;
}

function start({ executor = {}, recompute = false, dropout = 0.1 }: Setting = {}): Run {
  const config = createBertConfig({
    vocabSize: 100,
    hiddenSize: 32,
    numLayers: 2,
    numHeads: 2,
    maxPosition: 32,
    hiddenDropout: dropout,
    attentionDropout: dropout,
  });
  const model = SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 7, recompute }), {
    labels: ['even', 'odd'],
    seed: 7,
  });
  const runs = executor === 'eager' ? undefined : new TensorFlowExecutor(executor);
  const trained = compile(model, {
    optimizer: adamW({ learningRate: 1e-3 }),
    schedule: linearSchedule({ warmupRatio: 0.1 }),
    clipNorm: 1,
    ...(runs && { executor: runs }),
  });
  return {
    model,
    trained,
    dispose() {
      trained.dispose();
      runs?.dispose();
      model.dispose();
    },
  };
}

const options = { batchSize: 8, epochs: 2, seed: 3 };
const weights = ({ model }: Run): number[][] =>
  [...model.parameters.values()].map((variable) => Array.from(variable.dataSync()));

async function lossesAndWeights(setting: Setting = {}, seed = 3): Promise<[readonly number[], number[][]]> {
  const run = start(setting);
  const { losses } = await run.trained.fit(data, { ...options, seed });
  const end = weights(run);
  run.dispose();
  return [losses, end];
}

function residentMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage.rss() / 2 ** 20;
}

describeNative('training on native TensorFlow', () => {
  let tensors: number;
  beforeEach(async () => {
    await startNative();
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each([['compiled'], ['op by op']] as const)('gives the same bits for the same seed, %s', async (way) => {
    const setting: Setting = way === 'compiled' ? {} : { executor: { compileIf: () => false } };
    const first = await lossesAndWeights(setting);
    expect(first[0]).toHaveLength(12);
    expect(await lossesAndWeights(setting)).toEqual(first);
    expect((await lossesAndWeights(setting, 4))[0]).not.toEqual(first[0]);
  });

  it('drops out what the other backends drop out: losses within 1e-4', async () => {
    const [compiled] = await lossesAndWeights();
    const [byOps] = await lossesAndWeights({ executor: { compileIf: () => false } });
    const [eager] = await lossesAndWeights({ executor: 'eager' });
    await tf.setBackend('wasm');
    const [wasm] = await lossesAndWeights({ executor: 'eager' });
    await startNative();
    const [without] = await lossesAndWeights({ dropout: 0 });
    const apart = (losses: readonly number[]): number =>
      Math.max(...losses.map((loss, i) => Math.abs(loss - wasm[i])));
    for (const losses of [compiled, byOps, eager]) expect(apart(losses)).toBeLessThan(1e-4);
    expect(apart(without)).toBeGreaterThan(1e-3);
  });

  it('computes the same with activations recomputed', async () => {
    const [kept, keptWeights] = await lossesAndWeights();
    const [recomputed, recomputedWeights] = await lossesAndWeights({ recompute: true });
    recomputed.forEach((loss, i) => {
      expect(Math.abs(loss - kept[i])).toBeLessThan(1e-5);
    });
    const expected = keptWeights.flat();
    const apart = recomputedWeights.flat().map((value, i) => Math.abs(value - expected[i]));
    expect(apart.reduce((most, value) => Math.max(most, value), 0)).toBeLessThan(1e-4);
  });

  it('goes on, resumed, to the same bits', async () => {
    const whole = await lossesAndWeights();
    const cut = start();
    const stop = new AbortController();
    const stopAtSeven = {
      onTrainBatchEnd(_: number, { step }: StepLogs) {
        if (step === 6) stop.abort();
      },
    };
    const first = await cut.trained.fit(data, { ...options, signal: stop.signal, callbacks: [stopAtSeven] });
    expect(first.losses).toEqual(whole[0].slice(0, 7));
    const state = await cut.trained.exportOptimizerState();
    const values = weights(cut);
    cut.dispose();

    const resumed = start();
    [...resumed.model.parameters.values()].forEach((variable, i) => {
      tf.tidy(() => variable.assign(tf.tensor(values[i], variable.shape)));
    });
    await resumed.trained.importOptimizerState(state);
    const { losses } = await resumed.trained.fit(data, { ...options, initialStep: 7 });
    expect(losses.slice(-5)).toEqual(whole[0].slice(-5));
    expect(weights(resumed)).toEqual(whole[1]);
    resumed.dispose();
  });

  it.each([['compiled'], ['op by op']] as const)(
    'leaves parameters and slots as they were where the loss is not finite, %s',
    async (way) => {
      const run = start(way === 'compiled' ? {} : { executor: { compileIf: () => false } });
      await run.trained.fit(data, { ...options, maxSteps: 3 });
      const poisoned = run.model.parameters.get('classifier.bias') as tf.Variable;
      const good = poisoned.dataSync().slice();
      tf.tidy(() => poisoned.assign(tf.tensor1d([NaN, 0])));
      const [before, slots] = [weights(run), await run.trained.exportOptimizerState()];
      await expect(run.trained.fit(data, { ...options, maxSteps: 3 })).rejects.toMatchObject({
        code: 'non-finite-loss',
      });
      expect(weights(run)).toEqual(before);
      expect(await run.trained.exportOptimizerState()).toEqual(slots);
      tf.tidy(() => poisoned.assign(tf.tensor(good)));
      const { losses } = await run.trained.fit(data, { ...options, maxSteps: 3 });
      expect(losses.every(Number.isFinite)).toBe(true);
      run.dispose();
    },
  );

  it('evaluates and predicts compiled as op by op', async () => {
    const results = [];
    for (const executor of [{}, { compileIf: () => false }, 'eager'] as const) {
      const run = start({ executor });
      const evaluation = await run.trained.evaluate(data, { batchSize: 8 });
      const predictions = await run.trained.predict(data, { batchSize: 8 });
      results.push({ evaluation, predictions: JSON.stringify(predictions).length, run: evaluation.loss });
      run.dispose();
    }
    expect(Math.abs(results[0].run - results[2].run)).toBeLessThan(1e-5);
    expect(Math.abs(results[1].run - results[2].run)).toBeLessThan(1e-5);
  });

  it('keeps the number of tensors and resident memory over 300 steps', async () => {
    const run = start();
    const resident: number[] = [];
    const held: number[] = [];
    await run.trained.fit(data, {
      ...options,
      epochs: 56,
      callbacks: [
        {
          onTrainBatchEnd: () => void held.push(tf.memory().numTensors),
          onEpochEnd: () => void resident.push(residentMegabytes()),
        },
      ],
    });
    run.dispose();
    expect(held.length).toBeGreaterThan(300);
    expect(new Set(held).size).toBe(1);
    const middle = resident.slice(10, 20);
    const growth = Math.max(...resident.slice(-10)) - Math.max(...middle);
    expect(growth).toBeLessThan(24); // a leak of one batch of activations a step would be over 100 MB
  });
});
