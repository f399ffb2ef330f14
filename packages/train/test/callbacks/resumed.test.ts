import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

import {
  compile,
  EarlyStopping,
  type History,
  LearningRateScheduler,
  ModelCheckpoint,
  ReduceLROnPlateau,
  sgd,
  type TrainingState,
} from '../../src/index.js';
import { sentenceData, sentences, SmallClassifier } from '../logistic.js';
import { inTemporary } from './temporary.js';

interface Moment {
  readonly state: TrainingState;
  readonly parameters: Float32Array;
}

interface Run {
  readonly history: History;
  readonly parameters: Float32Array;
  readonly best: string | undefined;
  readonly moments: readonly Moment[];
}

/** Rates so high that the loss soon rises. */
async function run(directory: string, from?: Moment): Promise<Run> {
  const model = new SmallClassifier();
  let at = 0;
  for (const variable of from ? model.parameters.values() : []) {
    const values = from?.parameters.slice(at, (at += variable.size)) ?? [];
    tf.tidy(() => variable.assign(tf.tensor(values, variable.shape)));
  }
  const compiled = compile(model, { optimizer: sgd({ learningRate: 4 }) });
  const checkpoint = new ModelCheckpoint({
    filepath: join(directory, 'epoch-{epoch}'),
    keepLast: 1,
    save: (path) => writeFile(path, ''),
  });
  const moments: Moment[] = [];
  const history = await compiled.fit(sentenceData(sentences(30)), {
    epochs: 12,
    batchSize: 10,
    seed: 3,
    validationData: sentenceData(sentences(15, 1)),
    callbacks: [
      new LearningRateScheduler((_, rate) => rate * 1.25),
      new ReduceLROnPlateau({ patience: 1, factor: 0.7 }),
      checkpoint,
      new EarlyStopping({ patience: 3, restoreBestWeights: true }),
    ],
    resume: from?.state,
    checkpoint: {
      everySteps: 1,
      save: (state) => {
        moments.push({ state: structuredClone(state), parameters: model.snapshot() });
        return Promise.resolve();
      },
    },
  });
  const parameters = model.snapshot();
  model.dispose();
  compiled.dispose();
  return { history, parameters, best: checkpoint.bestPath && basename(checkpoint.bestPath), moments };
}

describe('callbacks of a run that goes on in another process', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('decide as in one that was not cut off, wherever it was', () =>
    inTemporary(async (directory) => {
      const whole = await run(directory);
      expect(whole.history).toMatchObject({ ended: 'stopped' });
      expect(whole.history.epoch.length).toBeGreaterThan(4);
      const last = whole.moments[whole.moments.length - 1];
      expect(whole.parameters).not.toEqual(last.parameters); // the best came back
      expect(new Set(whole.history.learningRates).size).toBeGreaterThan(4);
      const kept = (await readdir(directory)).sort();
      expect(kept).toHaveLength(2);
      const before = tf.memory().numTensors;
      for (const moment of whole.moments) {
        const rest = await run(directory, moment);
        expect(rest.parameters).toEqual(whole.parameters);
        expect(rest.history.losses).toEqual(whole.history.losses);
        expect(rest.history.learningRates).toEqual(whole.history.learningRates);
        expect(rest.best).toBe(whole.best);
      }
      expect(tf.memory().numTensors).toBe(before);
      expect((await readdir(directory)).sort()).toEqual(kept);
    }));
});
