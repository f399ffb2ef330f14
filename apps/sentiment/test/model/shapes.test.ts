import {
  adamW,
  type BatchSizing,
  compile,
  type Dataset,
  EagerExecutor,
  type Executor,
  planBatches,
} from '@bertune/train';
import type { SequenceBatch } from '@bertune/heads';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { loadSplits } from '../../src/data/load-splits.js';
import { encodeExamples } from '../../src/model/encode.js';
import { scoringShapes, trainingShapes } from '../../src/model/shapes.js';
import { tokenizerFromTexts } from '../../src/model/tokenizer.js';

type Part = 'train' | 'valid' | 'test';

/** Tokens of the built-in reviews in the default run. */
async function builtInLengths(): Promise<Record<Part, number[]>> {
  const sources = { train: undefined, valid: undefined, test: undefined, cwd: '.', seed: 42 };
  const columns = { text: 'text', label: 'label', pair: undefined };
  const splits = await loadSplits({ ...sources, columns }, 'single-label', undefined);
  const tokenizer = tokenizerFromTexts(splits.train, 128);
  const lengths = (part: Part): number[] =>
    encodeExamples(splits[part], tokenizer, 128).encoded.map(({ inputIds }) => inputIds.length);
  return { train: lengths('train'), valid: lengths('valid'), test: lengths('test') };
}

/** Shapes of the batches that an executor was given, as `rows,length`, each as often as it came. */
function watched(): { executor: Executor; seen: { fit: string[]; evaluate: string[] } } {
  const seen = { fit: [] as string[], evaluate: [] as string[] };
  const shape = (batch: object): string => (batch as SequenceBatch).inputIds.shape.join();
  const session = {
    trainStep: ({ microBatches }: { microBatches: readonly { batch: object }[] }) => {
      seen.fit.push(...microBatches.map(({ batch }) => shape(batch)));
      return Promise.resolve({ loss: 1, gradientNorm: undefined });
    },
    readParameters: () => Promise.resolve(),
    writeParameters: () => Promise.resolve(),
    readSlots: () => Promise.resolve(new Map()),
    writeSlots: () => Promise.resolve(),
    dispose: () => undefined,
  };
  const executor: Executor = {
    name: 'watched',
    startTraining: () => session,
    evaluate: (_, batch) => {
      seen.evaluate.push(shape(batch));
      const rows = (batch as SequenceBatch).inputIds.shape[0];
      return Promise.resolve({
        loss: 1,
        predictions: { values: new Float32Array(2 * rows), shape: [rows, 2] },
      });
    },
    predict: (predictor, batch) => new EagerExecutor().predict(predictor, batch),
  };
  return { executor, seen };
}

function dataset(
  examples: readonly number[],
  paddedLength: (longest: number) => number,
): Dataset<number, SequenceBatch> {
  const collate = (chosen: readonly number[]): SequenceBatch => {
    const ids = tf.zeros<tf.Rank.R2>([chosen.length, paddedLength(Math.max(...chosen))], 'int32');
    return { inputIds: ids, attentionMask: ids, tokenTypeIds: ids, labels: tf.zeros([chosen.length]) };
  };
  return { examples, length: (length) => length, paddedLength, collate };
}

const model = {
  parameters: new Map<string, tf.Variable>(),
  loss: () => tf.scalar(1),
  lossWeight: () => 1,
  predict: ({ labels }: SequenceBatch) => labels,
  labels: ({ labels }: SequenceBatch) => labels,
};

describe('the shapes of a run on the built-in reviews', () => {
  let lengths: Record<Part, number[]>;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model.parameters.set('weight', tf.variable(tf.zeros([1])));
    lengths = await builtInLengths();
  });

  it.each<[BatchSizing, number, number]>([
    [{ batchSize: 32 }, 5, 0.2],
    [{ batchSize: 16 }, 5, 0.17],
    [{ batchTokens: 1024 }, 5, 0.19],
    [{ batchSize: 32 }, 50, 0.17],
  ])(
    '%j, %i epochs: at most 8 that come again, validation and test included',
    async (sizing, epochs, waste) => {
      const { train, valid, test } = lengths;
      const { training, evaluation, comesAgain } = trainingShapes(train, valid, sizing, epochs);
      const { executor, seen } = watched();
      const compiled = compile(model, { optimizer: adamW(), executor });
      const figures = await compiled.fit(dataset(train, training), {
        ...sizing,
        epochs: 2,
        validationData: dataset(valid, evaluation),
      });
      await compiled.evaluate(dataset(test, evaluation), sizing);
      expect(figures.history.paddingWaste?.[0]).toBeLessThan(waste);

      const all = [...seen.fit, ...seen.evaluate];
      const isFull = (shape: string): boolean =>
        comesAgain({ inputIds: { shape: shape.split(',').map(Number) } });
      const full = new Set(all.filter(isFull));
      expect(full.size).toBeLessThanOrEqual(8);
      expect(seen.evaluate.filter((shape) => isFull(shape) && !seen.fit.includes(shape))).toEqual([]);
      const rests = (shapes: string[]): number => shapes.filter((shape) => !isFull(shape)).length;
      expect(rests(seen.fit)).toBeLessThanOrEqual(2); // one an epoch
      expect(rests(seen.evaluate)).toBeLessThanOrEqual(6); // one of each of three evaluations, one for longer texts
    },
  );

  it('are fewer where there is less to gain: a hundred texts, one epoch', () => {
    const { training } = trainingShapes(lengths.train.slice(0, 100), lengths.valid, { batchSize: 8 }, 1);
    expect(new Set(lengths.train.slice(0, 100).map(training)).size).toBe(1);
  });

  it('of texts that are scored once come again, or are left alone', () => {
    const { batches, paddedLength, comesAgain } = scoringShapes(lengths.train, 32);
    const shapes = batches.map((batch) =>
      [batch.length, paddedLength(Math.max(...batch.map((at) => lengths.train[at] ?? 0)))].join(),
    );
    const compiled = shapes.filter((shape) =>
      comesAgain({ inputIds: { shape: shape.split(',').map(Number) } }),
    );
    expect(new Set(compiled).size).toBeLessThanOrEqual(8);
    expect(compiled.length).toBeGreaterThan(shapes.length - 3);
    const few = scoringShapes([5, 9, 12], 32);
    expect(few.batches).toEqual([[0, 1, 2]]);
    expect(few.comesAgain({ inputIds: { shape: [3, 12] } })).toBe(false);
    expect(scoringShapes([], 32).batches).toEqual([]);
  });

  it('waste more than batches padded to their longest text, which would be as many shapes as lengths', () => {
    // the least that batches of 32 of like length can waste, with as many lengths as there are
    const exact = planBatches(lengths.train, { batchSize: 32, paddedLength: (longest) => longest });
    const padded = exact.map(
      (batch) => batch.length * Math.max(...batch.map((at) => lengths.train[at] ?? 0)),
    );
    const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
    expect(1 - sum(lengths.train) / sum(padded)).toBeLessThan(0.1);
  });
});
