import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import {
  accuracy,
  type Callback,
  compile,
  CSVLogger,
  EarlyStopping,
  type EvaluationResults,
  JsonLinesLogger,
  LearningRateScheduler,
  linearSchedule,
  ModelCheckpoint,
  ReduceLROnPlateau,
  rocAuc,
  sgd,
  TerminateOnNaN,
} from '../../src/index.js';
import { sentenceData, sentences, SmallClassifier } from '../logistic.js';
import { inTemporary } from './temporary.js';

const data = sentenceData(sentences(20));

describe('callbacks in training', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('set the learning rate, to which the schedule still applies', async () => {
    const schedule = linearSchedule({ warmupSteps: 2 });
    const rates = async (callbacks: Callback[]): Promise<readonly number[]> => {
      const compiled = compile(new SmallClassifier(), { optimizer: sgd({ learningRate: 0.5 }), schedule });
      return (await compiled.fit(data, { epochs: 3, batchSize: 10, callbacks })).learningRates;
    };
    const plain = await rates([]);
    const halved = await rates([new LearningRateScheduler((epoch, rate) => (epoch === 1 ? rate / 2 : rate))]);
    expect(halved).toEqual(plain.map((rate, step) => (step < 2 ? rate : rate / 2)));
    expect(plain[2]).toBe(0.5); // the run before changed nothing for this one
    await expect(rates([new LearningRateScheduler(() => NaN)])).rejects.toThrow(/found NaN for epoch 0/);
  });

  it('change what the steps do, not only what the logs say', async () => {
    const trained = async (factor: number): Promise<Float32Array> => {
      const model = new SmallClassifier();
      const compiled = compile(model, { optimizer: sgd({ learningRate: 0.2 / factor }) });
      const scheduler = new LearningRateScheduler((epoch, rate) => (epoch === 0 ? rate * factor : rate));
      await compiled.fit(data, { epochs: 2, batchSize: 10, callbacks: [scheduler] });
      return model.snapshot();
    };
    expect(await trained(2)).toEqual(await trained(1));
    expect(await trained(2)).not.toEqual(new SmallClassifier().snapshot());
  });

  it('know from the compiled metrics which is better, and what there will be', async () => {
    const fit = (callback: Callback, validationData = true): Promise<unknown> =>
      compile(new SmallClassifier(), { optimizer: sgd(), metrics: [accuracy()] }).fit(data, {
        epochs: 2,
        callbacks: [callback],
        ...(validationData ? { validationData: data } : {}),
      });
    const stopping = new EarlyStopping({ monitor: 'val_accuracy' });
    await fit(stopping);
    expect(stopping.best).toBeGreaterThan(0);
    await expect(fit(new EarlyStopping({ monitor: 'val_f1' }))).rejects.toThrow(
      /no figure "val_f1", only loss, .*val_loss, val_accuracy\./,
    );
    await expect(fit(new EarlyStopping(), false)).rejects.toThrow(/no figure "val_loss"/);
    await expect(fit(new ReduceLROnPlateau({ monitor: 'paddingWaste' }))).rejects.toThrow(
      /more or less paddingWaste is better is not known/,
    );
    expect(() => new ReduceLROnPlateau({ factor: 1 })).toThrow(/factor must be in \(0, 1\), found 1/);
  });

  it('do not begin when a metric needs a class that the validation data lacks', async () => {
    const oneClass = sentenceData(sentences(20).filter(({ label }) => label === 1));
    const compiled = compile(new SmallClassifier(), { optimizer: sgd(), metrics: [rocAuc()] });
    const begun: string[] = [];
    const before = tf.memory().numTensors;
    const fit = compiled.fit(data, {
      validationData: oneClass,
      callbacks: [{ setParams: () => void begun.push('begun') }],
    });
    await expect(compiled.fit(data)).rejects.toThrow(expect.objectContaining({ code: 'busy' }));
    await expect(fit).rejects.toThrow(expect.objectContaining({ code: 'needs-two-classes' }));
    expect(begun).toEqual([]);
    expect(tf.memory().numTensors).toBe(before);
    expect((await compiled.fit(data, { validationData: data })).history.val_roc_auc).toHaveLength(1);
  });

  it('get predictions and labels of an evaluation in the order of the examples', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    let results: EvaluationResults | undefined;
    const callback: Callback = { onTestEnd: (_, given) => void (results = given) };
    await compiled.evaluate(data, { batchSize: 6, callbacks: [callback] });
    expect([...results!.labels.values]).toEqual(data.examples.map(({ label }) => label));
    expect(results!.predictions).toEqual(await compiled.predict(data, { batchSize: 20 }));
  });

  it('save a model whose variables hold the step it is of', () =>
    inTemporary(async (directory) => {
      const model = new SmallClassifier();
      const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
      const saved: [string, Float32Array][] = [];
      const states: Float32Array[] = [];
      const checkpoint = new ModelCheckpoint({
        filepath: join(directory, 'step-{step}-{batch}-{epoch}'),
        saveFreq: 3,
        save: async (path) => {
          saved.push([path, model.snapshot()]);
          await writeFile(path, '');
        },
      });
      const watcher: Callback = { onTrainBatchEnd: () => void states.push(model.snapshot()) };
      const callbacks = [checkpoint, watcher];
      await compiled.fit(data, { epochs: 2, batchSize: 5, callbacks });
      expect((await readdir(directory)).sort()).toEqual(['step-3-3-1', 'step-6-2-2']);
      expect(saved.map(([, values]) => values)).toEqual([states[2], states[5]]);
      // a run that goes on keeps to the steps of the run
      await compiled.fit(data, { epochs: 3, batchSize: 5, initialStep: 8, callbacks });
      expect((await readdir(directory)).sort()).toEqual([
        'step-12-4-3',
        'step-3-3-1',
        'step-6-2-2',
        'step-9-1-3',
      ]);
    }));
});

describe('TerminateOnNaN', () => {
  /** A batch with example 13 has no finite loss. */
  function poisoned(): SmallClassifier {
    const model = new SmallClassifier();
    const loss = model.loss.bind(model);
    model.loss = (batch, run) => {
      const value = loss(batch, run);
      const first = batch.values
        .arraySync()
        .some((row) => row[0] === Math.fround(data.examples[13].values[0]));
      return run && run.step > 1 && first ? (tf.mul(value, NaN) as tf.Scalar) : value;
    };
    return model;
  }

  it('ends the run with what it had, and saves the batch', () =>
    inTemporary(async (directory) => {
      const model = poisoned();
      const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
      const callback = new TerminateOnNaN({ directory });
      const states: Float32Array[] = [];
      const watcher: Callback = { onTrainBatchEnd: () => void states.push(model.snapshot()) };
      const history = await compiled.fit(data, {
        epochs: 4,
        batchSize: 5,
        gradientAccumulationSteps: 2,
        validationData: data,
        callbacks: [callback, watcher],
      });
      const { failure, savedTo } = callback;
      expect(history).toMatchObject({ ended: 'stopped', steps: states.length });
      expect(failure).toMatchObject({ step: states.length, loss: NaN, learningRate: 0.1 });
      expect(failure?.message).toMatch(/expected a finite loss/);
      expect(model.snapshot()).toEqual(states[states.length - 1]);

      expect(savedTo).toBe(join(directory, `non-finite-step-${failure?.step}.json`));
      const saved = JSON.parse(await readFile(savedTo!, 'utf8')) as {
        loss: string;
        microBatches: {
          examples: number[];
          tensors: Record<string, { dtype: string; shape: number[]; values: number[] }>;
        }[];
      };
      expect(saved.loss).toBe('NaN');
      const all = saved.microBatches.flatMap(({ examples }) => examples);
      expect(all).toContain(13);
      for (const { examples, tensors } of saved.microBatches) {
        expect(tensors.labels).toEqual({
          dtype: 'float32',
          shape: [examples.length],
          values: examples.map((at) => data.examples[at].label),
        });
      }
      expect(await readdir(directory)).toHaveLength(1);
    }));

  it('is what it takes: without it the run fails', async () => {
    const compiled = compile(poisoned(), { optimizer: sgd() });
    const seen: number[] = [];
    const watcher: Callback = { onNonFiniteStep: ({ step }) => void seen.push(step) };
    const before = tf.memory().numTensors;
    await expect(compiled.fit(data, { epochs: 4, batchSize: 5, callbacks: [watcher] })).rejects.toThrow(
      expect.objectContaining({ code: 'non-finite-loss' }),
    );
    expect(seen).toHaveLength(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('leaves an error of another kind alone', async () => {
    const model = new SmallClassifier();
    model.loss = () => {
      throw new RangeError('of the model');
    };
    const compiled = compile(model, { optimizer: sgd() });
    await expect(compiled.fit(data, { callbacks: [new TerminateOnNaN()] })).rejects.toThrow(RangeError);
  });
});

describe('loggers', () => {
  const fit = (callbacks: Callback[], epochs = 2): Promise<unknown> =>
    compile(new SmallClassifier(), { optimizer: sgd(), metrics: [accuracy()] }).fit(data, {
      epochs,
      batchSize: 10,
      validationData: data,
      callbacks,
    });

  it('write a table that a continued run goes on with', () =>
    inTemporary(async (directory) => {
      const filename = join(directory, 'logs', 'history.csv');
      await fit([new CSVLogger({ filename, separator: ';' })]);
      const header = 'epoch;learningRate;loss;paddingWaste;tokensPerSecond;val_accuracy;val_loss';
      const lines = (await readFile(filename, 'utf8')).split('\r\n');
      expect(lines).toHaveLength(4);
      expect(lines[0]).toBe(header);
      await appendFile(filename, '2;0.1;0.5'); // a kill in the middle
      await fit([new CSVLogger({ filename, separator: ';', append: true })], 1);
      const after = (await readFile(filename, 'utf8')).split('\r\n');
      expect(after.slice(0, 3)).toEqual(lines.slice(0, 3));
      expect(after).toHaveLength(5);
      expect(after[3]).toMatch(/^0;0\.\d+;/);
      await expect(
        compile(new SmallClassifier(), { optimizer: sgd(), metrics: [accuracy({ name: 'other' })] }).fit(
          data,
          {
            validationData: data,
            callbacks: [new CSVLogger({ filename, separator: ';', append: true })],
          },
        ),
      ).rejects.toThrow(/has no column for val_other, only epoch, learningRate/);
      await fit([new CSVLogger({ filename })], 1);
      expect((await readFile(filename, 'utf8')).split('\r\n')).toHaveLength(3);
    }));

  it('write again what a killed process had written after the state that is gone on from', () =>
    inTemporary(async (directory) => {
      const [table, lines] = [join(directory, 'a.csv'), join(directory, 'a.jsonl')];
      const run = (initialStep: number, epochs: number, append = initialStep > 0): Promise<unknown> =>
        compile(new SmallClassifier(), { optimizer: sgd() }).fit(data, {
          epochs,
          batchSize: 10,
          initialStep,
          callbacks: [
            new CSVLogger({ filename: table, append }),
            new JsonLinesLogger({ filename: lines, everySteps: 1, append }),
          ],
        });
      await run(0, 3); // two steps an epoch
      await run(3, 4); // killed in the third epoch, goes on from the middle of the second
      const rows = (await readFile(table, 'utf8')).trimEnd().split('\r\n');
      expect(rows.map((row) => row.split(',')[0])).toEqual(['epoch', '0', '1', '2', '3']);
      const events = (await readFile(lines, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as { event: string; step?: number; epoch?: number })
        .map(({ event, step, epoch }) => [event, step ?? epoch].join(' ').trim());
      expect(events).toEqual([
        ...['begin', 'step 0', 'step 1', 'epoch 0', 'step 2'],
        ...[
          'begin',
          'step 3',
          'epoch 1',
          'step 4',
          'step 5',
          'epoch 2',
          'step 6',
          'step 7',
          'epoch 3',
          'end',
        ],
      ]);
      await run(0, 1, true); // another run in the same file, as Keras appends it
      expect((await readFile(table, 'utf8')).trimEnd().split('\r\n')).toHaveLength(6);
    }));

  it('write what a figure of some epochs lacks as NA', () =>
    inTemporary(async (directory) => {
      const filename = join(directory, 'a.csv');
      const logger = new CSVLogger({ filename });
      await logger.onTrainBegin();
      await logger.onEpochEnd(0, { loss: 1, 'a "b"': NaN });
      await logger.onEpochEnd(1, { loss: 0.5 });
      expect(await readFile(filename, 'utf8')).toBe('epoch,"a ""b""",loss\r\n0,NaN,1\r\n1,NA,0.5\r\n');
      const more = new CSVLogger({ filename, append: true });
      await more.onTrainBegin();
      await more.onEpochEnd(2, { loss: 0.25, 'a "b"': 3 });
      expect(await readFile(filename, 'utf8')).toMatch(/\r\n2,3,0.25\r\n$/);
      expect(() => new CSVLogger({ filename, separator: '"' })).toThrow(/separator must be/);
    }));

  it('write lines of JSON', () =>
    inTemporary(async (directory) => {
      const filename = join(directory, 'log.jsonl');
      await fit([new JsonLinesLogger({ filename, everySteps: 2 })]);
      const lines = (await readFile(filename, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(lines.map(({ event }) => event)).toEqual(['begin', 'step', 'epoch', 'step', 'epoch', 'end']);
      expect(lines[0]).toMatchObject({ totalSteps: 4, stepsPerEpoch: [2, 2], examples: 20 });
      expect(lines[1]).toMatchObject({ step: 1, gradientNorm: null });
      expect(lines[4]).toMatchObject({ epoch: 1, val_accuracy: expect.any(Number) });
      expect(Date.parse(lines[0].time as string)).toBeLessThanOrEqual(Date.now());
      await fit([new JsonLinesLogger({ filename, append: true })], 1);
      expect((await readFile(filename, 'utf8')).trimEnd().split('\n')).toHaveLength(9);
    }));
});
