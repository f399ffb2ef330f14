import { Bert, createBertConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { TensorFlowExecutor } from '@bertune/tensorflow';
import {
  adamW,
  type Callback,
  type CallbackModel,
  compile,
  EarlyStopping,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  TerminateOnNaN,
} from '@bertune/train';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { temporaryFolder } from '../helpers/files.js';
import { oddWords } from '../odd-words.js';
import { describeNative, startNative } from './native.js';

jest.setTimeout(120_000);

const data = oddWords(24, () => 6);

/** The executor keeps the parameters in TensorFlow's variables, so that callbacks see them through the port alone. */
async function fit(callbacks: readonly Callback[], epochs: number, learningRate = 0.05) {
  const config = createBertConfig({
    vocabSize: 100,
    hiddenSize: 16,
    numLayers: 1,
    numHeads: 2,
    maxPosition: 8,
  });
  const model = SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 7 }), {
    labels: ['even', 'odd'],
    seed: 7,
  });
  const executor = new TensorFlowExecutor();
  const compiled = compile(model, { optimizer: adamW({ learningRate }), clipNorm: 1, executor });
  let seen: CallbackModel | undefined;
  const atEpochs: number[][] = [];
  const values = (): number[] =>
    [...model.parameters.values()].flatMap((variable) => Array.from(variable.dataSync()));
  const watcher: Callback = {
    setModel: (given) => void (seen = given),
    onEpochEnd: async () => {
      await seen?.readParameters();
      atEpochs.push(values());
    },
  };
  try {
    const history = await compiled.fit(data, {
      batchSize: 8,
      epochs,
      validationData: data,
      callbacks: [watcher, ...callbacks],
    });
    return { history, atEpochs, end: values() };
  } finally {
    compiled.dispose();
    executor.dispose();
    model.dispose();
  }
}

describeNative('callbacks on native TensorFlow', () => {
  let tensors: number;
  beforeEach(async () => {
    await startNative();
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it('put the best weights back into its variables', async () => {
    const stopping = new EarlyStopping({ patience: 2, restoreBestWeights: true });
    const { history, atEpochs, end } = await fit([stopping], 12, 0.5);
    expect(history.ended).toBe('stopped');
    const best = stopping.bestEpoch ?? -1;
    expect(best).toBe(atEpochs.length - 3);
    expect(end).toEqual(atEpochs[best]);
    expect(end).not.toEqual(atEpochs[best + 1]);
  });

  it('set the rate of compiled steps', async () => {
    const frozen = new LearningRateScheduler((epoch, rate) => (epoch === 1 ? 0 : rate));
    const { history, atEpochs } = await fit([frozen, new ReduceLROnPlateau()], 2);
    expect(history.learningRates).toEqual([0.05, 0.05, 0.05, 0, 0, 0]);
    expect(atEpochs[1]).toEqual(atEpochs[0]); // weight decay is times the rate too
  });

  it('save the weights of the step they are called at', async () => {
    const saved: number[][] = [];
    const checkpoint = new ModelCheckpoint({
      filepath: join(temporaryFolder(), 'epoch-{epoch}'),
      save: async (path, { parameters }) => {
        saved.push([...parameters.values()].flatMap((variable) => Array.from(variable.dataSync())));
        await writeFile(path, '');
      },
    });
    const { atEpochs } = await fit([checkpoint], 3);
    expect(saved).toEqual(atEpochs);
    expect(saved[1]).not.toEqual(saved[0]);
  });

  it('end a run whose gradients are not finite with the weights before the step', async () => {
    let model: CallbackModel | undefined;
    const poison: Callback = {
      setModel: (given) => void (model = given),
      onEpochBegin: async (epoch) => {
        if (epoch !== 1 || !model) return;
        const snapshot = await model.snapshot();
        const [name = '', first] = [...snapshot.values].find(([key]) => key === 'classifier.bias') ?? [];
        const values = new Map(snapshot.values);
        if (first) values.set(name, tf.fill(first.shape, NaN));
        await model.restore({ values, dispose: () => undefined });
        values.get(name)?.dispose();
        snapshot.dispose();
      },
    };
    const terminate = new TerminateOnNaN({ directory: temporaryFolder() });
    const { history } = await fit([poison, terminate], 3);
    expect(history).toMatchObject({ ended: 'stopped', steps: 3 });
    expect(terminate.failure).toMatchObject({ step: 3, epoch: 1, loss: NaN });
    expect(terminate.savedTo).toMatch(/non-finite-step-3\.json$/);
  });
});
