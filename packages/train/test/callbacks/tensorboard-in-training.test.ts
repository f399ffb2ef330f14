import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import { execFileSync } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import {
  accuracy,
  compile,
  type EvaluationResults,
  type History,
  sgd,
  TensorBoard,
} from '../../src/index.js';
import { sentenceData, sentences, SmallClassifier } from '../logistic.js';
import { inTemporary } from './temporary.js';

const data = sentenceData(sentences(20));

/** What `tools/reference/tensorboard_summaries.py read` prints. */
interface Read {
  readonly files: number;
  readonly runs: Record<string, Record<string, { plugin: string; points: [number, unknown][] }>>;
}

const python = process.env.TENSORBOARD_PYTHON;
const script = fileURLToPath(
  new URL('../../../../tools/reference/tensorboard_summaries.py', import.meta.url),
);

function readByTensorBoard(directory: string): Read {
  const options = { encoding: 'utf8', maxBuffer: 2 ** 26 } as const;
  return JSON.parse(execFileSync(python!, [script, 'read', directory], options)) as Read;
}

function fit(callback: TensorBoard, initialStep = 0, epochs = 2): Promise<History> {
  const compiled = compile(new SmallClassifier(), {
    optimizer: sgd({ learningRate: 0.1 }),
    metrics: [accuracy()],
    clipNorm: 1,
  });
  return compiled.fit(data, {
    epochs,
    batchSize: 5,
    initialStep,
    validationData: data,
    callbacks: [callback],
  });
}

describe('TensorBoard', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('writes no run without something to show in it', () =>
    inTemporary(async (logDir) => {
      const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
      await compiled.fit(data, { callbacks: [new TensorBoard({ logDir })] });
      expect(await readdir(logDir)).toEqual(['train']);
      const files = await readdir(join(logDir, 'train'));
      expect(files).toHaveLength(1);
      // the record after the version begins a session: without it a run that goes on cannot take back later steps
      expect((await readFile(join(logDir, 'train', files[0]))).indexOf('3a020801', 'hex')).toBeGreaterThan(0);
      expect(() => new TensorBoard({ logDir, updateFreq: 0 })).toThrow(/updateFreq must be/);
    }));

  (python ? it : it.skip)(
    'is read by the real one (needs TENSORBOARD_PYTHON, a Python with tensorboard)',
    () =>
      inTemporary(async (logDir) => {
        const options = { logDir, updateFreq: 2, histogramFreq: 1, prCurves: true } as const;
        const { history, losses } = await fit(
          new TensorBoard({ ...options, text: { options: '**5** a batch' } }),
        );
        const { files, runs } = readByTensorBoard(logDir);
        expect(files).toBe(2);
        const { train, validation } = runs;
        const scalars = (values: readonly number[], steps: number[]): unknown => ({
          plugin: 'scalars',
          points: steps.map((step, i) => [step, Math.fround(values[i])]),
        });
        expect(train.epoch_loss).toEqual(scalars(history.loss, [0, 1]));
        expect(train.batch_loss).toEqual(
          scalars(
            [1, 3, 5, 7].map((step) => losses[step]),
            [1, 3, 5, 7],
          ),
        );
        expect(train).toHaveProperty('batch_gradientNorm');
        expect(train.options).toEqual({ plugin: 'text', points: [[0, '**5** a batch']] });
        expect(validation.epoch_accuracy).toEqual(scalars(history.val_accuracy, [0, 1]));
        expect(validation.evaluation_loss_vs_iterations).toEqual(scalars(history.val_loss, [4, 8]));

        const { plugin, points } = train['dense.weight/histogram'];
        expect({ plugin, points: points.length }).toEqual({ plugin: 'histograms', points: 2 });
        const buckets = points[1][1] as number[][];
        expect(buckets.reduce((sum, [, , count]) => sum + count, 0)).toBe(16);

        const curve = validation.pr_curve.points[1][1] as number[][];
        expect(validation.pr_curve.plugin).toBe('pr_curves');
        const positives = data.examples.filter(({ label }) => label === 1).length;
        expect(curve).toHaveLength(6);
        expect([curve[0][0], curve[1][0]]).toEqual([positives, 20 - positives]);

        // goes on from step 6: what the former run wrote from there on is forgotten
        const resumed = await fit(new TensorBoard(options), 6, 3);
        const joined = readByTensorBoard(logDir).runs.train.batch_loss.points;
        expect(joined.map(([step]) => step)).toEqual([1, 3, 5, 7, 9, 11]);
        expect(joined[3][1]).toBe(Math.fround(resumed.losses[1]));
      }),
  );

  it('draws a curve of every class, or of every label', () =>
    inTemporary(async (logDir) => {
      const write = async (results: EvaluationResults, classNames?: string[]): Promise<string> => {
        const tags: string[] = [];
        const callback = new TensorBoard({ logDir, prCurves: true, ...(classNames ? { classNames } : {}) });
        await callback.onTestEnd({}, results);
        const [name] = (await readdir(join(logDir, 'validation'))).slice(-1);
        const content = await readFile(join(logDir, 'validation', name), 'latin1');
        for (const [tag] of content.matchAll(/pr_curve(?!s)(\/(?:\d|[a-z]+))?/g)) tags.push(tag);
        await rm(join(logDir, 'validation', name));
        return tags.join(' ');
      };
      const tensor = (values: number[], shape: number[]) => ({ values: Float32Array.from(values), shape });
      const labels = tensor([0, 1], [2]);
      expect(await write({ predictions: tensor([0.1, 0.9], [2, 1]), labels })).toBe('pr_curve');
      expect(await write({ predictions: tensor([0.1, 0.9, 0.2, 0.8], [2, 2]), labels })).toBe('pr_curve');
      const three = tensor([0.2, 0.3, 0.5, 0.2, 0.3, 0.5], [2, 3]);
      expect(await write({ predictions: three, labels })).toBe('pr_curve/0 pr_curve/1 pr_curve/2');
      expect(
        await write(
          { predictions: tensor([0.1, 0.2, 0.3, 0.4], [2, 2]), labels: tensor([0, 1, 1, 1], [2, 2]) },
          ['good', 'bad'],
        ),
      ).toBe('pr_curve/good pr_curve/bad');
    }));
});
