import { describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

import {
  type CallbackState,
  CSVLogger,
  EarlyStopping,
  LearningRateScheduler,
  type Logs,
  ModelCheckpoint,
  ReduceLROnPlateau,
  type StepLogs,
} from '../../src/index.js';
import { CountingModel } from './counting-model.js';

/** Options with Keras's names. */
type Options = Readonly<Record<string, unknown>>;

interface Golden {
  earlyStopping: {
    options: Options;
    figures: number[];
    epochs: number;
    stopped: boolean;
    best: number;
    bestEpoch: number;
    weights: number;
  }[];
  reduceLROnPlateau: { options: Options; figures: number[]; rates: number[] }[];
  learningRateScheduler: { rates: number[] };
  modelCheckpoint: {
    batches: number[][];
    epochs: Record<string, number>[];
    cases: { options: Options & { filepath: string }; saved: string[] }[];
  };
  csvLogger: string;
}

// tools/reference/callbacks.py: keras 3.15.1
const file = new URL('../golden/callbacks.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

/** `min_delta` becomes `minDelta`. */
function camelCased<Result>(options: Options): Result {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  ) as Result;
}

/** A state as a checkpoint keeps it. */
function written({ json, tensors }: CallbackState): CallbackState {
  return { json: JSON.parse(JSON.stringify(json)) as unknown, tensors };
}

const described = (options: Options): string =>
  Object.entries(options)
    .map((pair) => pair.join(' '))
    .join(', ');

describe("what Keras's callbacks decide", () => {
  it.each(
    golden.earlyStopping.map((fixture, at) => ({ ...fixture, name: `${at} ${described(fixture.options)}` })),
  )('EarlyStopping $name', async ({ options, figures, name: _, ...expected }) => {
    // in one process, and with a new process after every epoch
    for (const isCut of [false, true]) {
      const model = new CountingModel();
      let callback: EarlyStopping | undefined;
      let kept: CallbackState | undefined;
      let epochs = 0;
      for (const [epoch, figure] of figures.entries()) {
        if (!callback || isCut) {
          callback = new EarlyStopping(camelCased(options));
          callback.setModel(model);
          callback.onTrainBegin();
          model.kept = 0; // those of a process that has gone
          if (kept) callback.restore(kept);
        }
        model.weights = epoch;
        await callback.onEpochEnd(epoch, { loss: 0, [options.monitor as string]: figure });
        kept = written(await callback.state());
        epochs += 1;
        if (model.stopTraining) break;
      }
      await callback!.onTrainEnd();
      const { stopTraining: stopped, weights } = model;
      const { best, bestEpoch, stoppedEpoch } = callback!;
      expect({ epochs, stopped, weights, best: best ?? null, bestEpoch: bestEpoch ?? 0 }).toEqual(expected);
      expect(stoppedEpoch).toBe(expected.stopped ? expected.epochs - 1 : undefined);
      expect(model.kept).toBe(0);
    }
  });

  it.each(
    golden.reduceLROnPlateau.map((fixture, at) => ({
      ...fixture,
      name: `${at} ${described(fixture.options)}`,
    })),
  )('ReduceLROnPlateau $name', ({ options, figures, rates }) => {
    const model = new CountingModel();
    let callback: ReduceLROnPlateau | undefined;
    for (const [epoch, figure] of figures.entries()) {
      const kept = callback && written(callback.state());
      if (!callback || epoch % 2 === 0) {
        callback = new ReduceLROnPlateau(camelCased(options));
        callback.setModel(model);
        callback.onTrainBegin();
        if (kept) callback.restore(kept);
      }
      callback.onEpochEnd(epoch, { loss: 0, [options.monitor as string]: figure });
      expect(model.learningRate).toBeCloseTo(rates[epoch], 12);
    }
  });

  it('LearningRateScheduler', () => {
    const model = new CountingModel();
    const callback = new LearningRateScheduler((epoch, rate) => (epoch < 2 ? rate : rate * Math.exp(-0.1)));
    callback.setModel(model);
    for (const [epoch, rate] of golden.learningRateScheduler.rates.entries()) {
      callback.onEpochBegin(epoch);
      expect(model.learningRate).toBeCloseTo(rate, 12);
    }
  });

  it.each(golden.modelCheckpoint.cases.map((fixture) => ({ ...fixture, name: described(fixture.options) })))(
    'ModelCheckpoint $name',
    async ({ options, saved }) => {
      const directory = await mkdtemp(join(tmpdir(), 'checkpoint-'));
      try {
        const paths: string[] = [];
        const model = new CountingModel();
        const callback = new ModelCheckpoint({
          ...camelCased<object>(options),
          filepath: join(directory, options.filepath),
          save: model.save,
        });
        callback.setModel(model);
        await callback.onTrainBegin();
        const note = (): void => {
          if (callback.lastPath !== undefined && model.saves > paths.length) {
            paths.push(basename(callback.lastPath));
          }
        };
        let step = 0;
        callback.restore(written(callback.state())); // nothing is lost on the way
        for (const [epoch, losses] of golden.modelCheckpoint.batches.entries()) {
          for (const [batch, loss] of losses.entries()) {
            await callback.onTrainBatchEnd(batch, { loss, step: step++, epoch } as StepLogs);
            note();
          }
          const logs: Logs = { loss: losses[losses.length - 1], ...golden.modelCheckpoint.epochs[epoch] };
          await callback.onEpochEnd(epoch, logs);
          note();
        }
        expect(paths).toEqual(saved);
      } finally {
        await rm(directory, { recursive: true });
      }
    },
  );

  it('CSVLogger', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'csv-'));
    try {
      const filename = join(directory, 'log.csv');
      for (const append of [false, true]) {
        const callback = new CSVLogger({ filename, append });
        await callback.onTrainBegin();
        for (const epoch of [0, 1]) {
          const logs = { val_loss: 0.5 + epoch, loss: 0.25 * epoch, 'a,b': 0.125 };
          await callback.onEpochEnd(epoch + 2 * Number(append), logs);
        }
      }
      // Python writes 0.0 where JavaScript writes 0
      expect(await readFile(filename, 'utf8')).toBe(golden.csvLogger.replaceAll(',0.0,', ',0,'));
    } finally {
      await rm(directory, { recursive: true });
    }
  });
});
