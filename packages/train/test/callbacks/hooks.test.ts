import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import {
  type Callback,
  type CallbackModel,
  compile,
  EarlyStopping,
  type Logs,
  sgd,
} from '../../src/index.js';
import { sentenceData, sentences, SmallClassifier } from '../logistic.js';

const data = sentenceData(sentences(20));

describe('callbacks', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it("are called in Keras's order, and waited for", async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd() });
    const calls: string[] = [];
    const note = async (text: string): Promise<void> => {
      await Promise.resolve();
      calls.push(text);
    };
    const callback: Required<Omit<Callback, 'state' | 'restore'>> = {
      setParams: ({ epochs, totalSteps, examples, trainableValues }) =>
        note(`params ${epochs} ${totalSteps} ${examples} ${trainableValues}`),
      setModel: ({ parameters }) => note(`model ${parameters.size}`),
      onTrainBegin: () => note('train begin'),
      onTrainEnd: (logs) => note(`train end ${Object.keys(logs).includes('val_loss')}`),
      onEpochBegin: (epoch) => note(`epoch ${epoch} begin`),
      onEpochEnd: (epoch, logs) => note(`epoch ${epoch} end ${Number.isFinite(logs.val_loss)}`),
      onTrainBatchBegin: (step) => note(`batch ${step} begin`),
      onTrainBatchEnd: (step, logs) => note(`batch ${step} end ${logs.step}`),
      onNonFiniteStep: ({ step }) => note(`non-finite step ${step}`),
      onTestBegin: (batches) => note(`test begin ${batches}`),
      onTestEnd: (logs) => note(`test end ${Number.isFinite(logs.loss)}`),
      onTestBatchBegin: (batch) => note(`test batch ${batch} begin`),
      onTestBatchEnd: (batch, logs) => note(`test batch ${batch} end ${Number.isFinite(logs.loss)}`),
    };
    await compiled.fit(data, { epochs: 2, batchSize: 10, validationData: data, callbacks: [callback] });
    const validation = [
      'test begin 2',
      'test batch 0 begin',
      'test batch 0 end true',
      'test batch 1 begin',
      'test batch 1 end true',
      'test end true',
    ];
    expect(calls).toEqual([
      'params 2 4 20 42',
      'model 4',
      'train begin',
      ...['epoch 0 begin', 'batch 0 begin', 'batch 0 end 0', 'batch 1 begin', 'batch 1 end 1'],
      ...validation,
      'epoch 0 end true',
      ...['epoch 1 begin', 'batch 0 begin', 'batch 0 end 2', 'batch 1 begin', 'batch 1 end 3'],
      ...validation,
      'epoch 1 end true',
      'train end true',
    ]);
    calls.length = 0;
    await compiled.evaluate(data, { batchSize: 10, callbacks: [callback] });
    expect(calls).toEqual(validation);
  });

  it('may end training at a step', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    let model: CallbackModel | undefined;
    const stopper: Callback = {
      setModel: (given) => void (model = given),
      onTrainBatchEnd: (_, { step }) => {
        if (model && step === 2) model.stopTraining = true;
      },
    };
    const history = await compiled.fit(data, { epochs: 3, batchSize: 5, callbacks: [stopper] });
    expect(history).toMatchObject({ ended: 'stopped', steps: 3, epoch: [0] });
  });

  it('may end training at the start of an epoch, which then is none', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    let model: CallbackModel | undefined;
    const ended: number[] = [];
    const stopper: Callback = {
      setModel: (given) => void (model = given),
      onEpochBegin: (epoch) => {
        if (model && epoch === 1) model.stopTraining = true;
      },
      onEpochEnd: (epoch) => void ended.push(epoch),
    };
    const options = { epochs: 3, batchSize: 5, validationData: data, callbacks: [stopper] };
    const history = await compiled.fit(data, options);
    expect(history).toMatchObject({ ended: 'stopped', steps: 4, epoch: [0] });
    expect(history.history.loss).toHaveLength(1);
    expect(ended).toEqual([0]);
  });
});

describe('EarlyStopping', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  /** Feeds figures to the callback, on a model that counts epochs in its parameters. */
  async function feed(callback: EarlyStopping, figures: number[], key = 'val_loss') {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
    const states: Float32Array[] = [];
    const before = tf.memory().numTensors;
    const fake: Callback = {
      onEpochEnd: async (epoch, logs: Logs) => {
        states.push(model.snapshot());
        await callback.onEpochEnd(epoch, { ...logs, [key]: figures[epoch] });
      },
      setModel: (given) => callback.setModel(given),
      onTrainBegin: () => callback.onTrainBegin(),
      onTrainEnd: () => callback.onTrainEnd(),
    };
    const history = await compiled.fit(data, { epochs: figures.length, callbacks: [fake] });
    expect(tf.memory().numTensors).toBe(before);
    return { epochs: history.epoch.length, final: model.snapshot(), states };
  }

  it('stops after `patience` epochs without improvement and restores the best', async () => {
    const callback = new EarlyStopping({ patience: 2, restoreBestWeights: true });
    const { epochs, final, states } = await feed(callback, [0.9, 0.5, 0.6, 0.55, 0.1]);
    expect(epochs).toBe(4);
    expect(callback).toMatchObject({ stoppedEpoch: 3, bestEpoch: 1, best: 0.5 });
    expect(final).toEqual(states[1]);
    expect(final).not.toEqual(states[3]);
  });

  it('restores the best also when it did not stop, and nothing unless asked', async () => {
    const kept = await feed(new EarlyStopping({ patience: 9, restoreBestWeights: true }), [0.5, 0.4, 0.6]);
    expect(kept.final).toEqual(kept.states[1]);
    const plain = await feed(new EarlyStopping({ patience: 1 }), [0.5, 0.4, 0.6, 0.7]);
    expect(plain.epochs).toBe(3);
    expect(plain.final).toEqual(plain.states[2]);
  });

  it('knows what mode, minDelta, baseline and startFromEpoch mean', async () => {
    const rising = await feed(
      new EarlyStopping({ monitor: 'val_accuracy', mode: 'max' }),
      [0.5, 0.6, 0.7, 0.7, 0.9],
      'val_accuracy',
    );
    expect(rising.epochs).toBe(4);
    expect((await feed(new EarlyStopping({ minDelta: 0.1 }), [1, 0.95, 0.2])).epochs).toBe(2);
    // never better than the baseline: the second improvement comes too late
    expect((await feed(new EarlyStopping({ baseline: 0.1, patience: 1 }), [1, 0.9, 0.95, 0.8])).epochs).toBe(
      3,
    );
    expect((await feed(new EarlyStopping({ startFromEpoch: 2 }), [0.1, 0.2, 0.3, 0.2, 0.4])).epochs).toBe(5);
    expect((await feed(new EarlyStopping({ patience: 1 }), [NaN, NaN, 0.3])).epochs).toBe(2);
  });

  it('restores the first epoch when none was better than nothing', async () => {
    const never = await feed(new EarlyStopping({ patience: 3, restoreBestWeights: true }), [NaN, NaN, NaN]);
    expect(never.final).toEqual(never.states[0]);
    expect(never.final).not.toEqual(never.states[2]);
  });

  it('says what it misses', async () => {
    await expect(feed(new EarlyStopping({ monitor: 'val_f1' }), [1])).rejects.toThrow(
      /no figure "val_f1", only loss, learningRate/,
    );
    expect(() => new EarlyStopping({ patience: -1 })).toThrow(/patience/);
  });
});
