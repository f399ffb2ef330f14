import { goldenPath, readGoldenJson } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

import {
  accuracy,
  accuracyScore,
  averageScore,
  classCounts,
  confusionMatrix,
  decide,
  f1,
  type HostTensor,
  logLoss,
  logLossScore,
  mae,
  matthewsCorrelation,
  mcc,
  meanAbsoluteError,
  meanSquaredError,
  mse,
  multiLabelCounts,
  pearson,
  pearsonCorrelation,
  precision,
  r2,
  r2Score,
  recall,
  scoreOfClass,
  spearman,
  spearmanCorrelation,
  subsetAccuracyScore,
  wilsonInterval,
} from '../src/index.js';

type Num = number | 'NaN' | 'Infinity' | '-Infinity' | { error: string };
interface Prf {
  precision: Num;
  recall: Num;
  f1: Num;
}
interface Classification {
  accuracy: Num;
  mcc: Num;
  confusion_matrix: number[][] | { error: string };
  labels: number[];
  per_class?: { precision: number[]; recall: number[]; f1: number[] };
  [key: string]: unknown;
}
interface Golden {
  classification: {
    name: string;
    y: number[];
    p: number[];
    given_labels: number[] | null;
    expected: Classification;
  }[];
  binary_scores: { name: string; y: number[]; scores: Num[]; expected: { log_loss?: Num } }[];
  regression: { name: string; y: Num[]; p: Num[]; expected: Record<string, Num> }[];
  multiclass: {
    name: string;
    y: number[];
    prob: number[][];
    expected: { log_loss: Num; classification: Classification };
  }[];
  multilabel: { name: string; Y: number[][]; prob: number[][]; expected: Record<string, Num | Prf> }[];
}

// scikit-learn 1.9.1, scipy 1.17.1
const golden = readGoldenJson<Golden>(goldenPath('metrics/metrics.json.gz'));

/** The reference refuses (`error`): ours gives NaN. */
const toNumber = (value: Num): number => (typeof value === 'object' ? NaN : Number(value));

function expectSame(actual: number, expected: Num, what: string): void {
  const wanted = toNumber(expected);
  const same = Object.is(actual, wanted) || Math.abs(actual - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted));
  if (!same) throw new Error(`${what}: expected ${wanted}, found ${actual}`);
}

function expectSamePrf(
  actual: { precision: number; recall: number; f: number },
  expected: Prf,
  what: string,
): void {
  expectSame(actual.precision, expected.precision, `${what} precision`);
  expectSame(actual.recall, expected.recall, `${what} recall`);
  expectSame(actual.f, expected.f1, `${what} f1`);
}

function checkClassification(
  y: number[],
  p: ArrayLike<number>,
  given: number[] | null,
  expected: Classification,
): void {
  expectSame(accuracyScore(y, p), expected.accuracy, 'accuracy');
  expectSame(matthewsCorrelation(y, p), expected.mcc, 'mcc');
  if (y.length === 0) return;
  const classes = given ?? expected.labels;
  expect(confusionMatrix(y, p, { classes: given ?? undefined }).counts).toEqual(
    given ? expected.confusion_matrix : expected.confusion_matrix,
  );
  const counts = classCounts(y, p, { classes });
  for (const zeroDivision of [0, 1] as const) {
    for (const average of ['macro', 'micro', 'weighted'] as const) {
      const key = `prf_${average}_zero_division_${zeroDivision}`;
      expectSamePrf(averageScore(counts, average, { zeroDivision }), expected[key] as Prf, key);
    }
    const key = `prf_binary_zero_division_${zeroDivision}`;
    if (key in expected) {
      const [ofOne] = classCounts(y, p, { classes: [1] });
      expectSamePrf(scoreOfClass(ofOne, { zeroDivision }), expected[key] as Prf, key);
    }
  }
  for (const beta of [0.5, 2]) {
    if (!(`f${beta}` in expected)) continue;
    const [ofOne] = classCounts(y, p, { classes: [1] });
    expectSame(scoreOfClass(ofOne, { beta }).f, expected[`f${beta}`] as Num, `f${beta}`);
  }
  counts.forEach((count, i) => {
    const each = scoreOfClass(count);
    const { per_class: perClass } = expected;
    if (!perClass) return;
    expectSame(each.precision, perClass.precision[i], 'precision of a class');
    expectSame(each.recall, perClass.recall[i], 'recall of a class');
    expectSame(each.f, perClass.f1[i], 'f1 of a class');
  });
}

describe('metrics equal scikit-learn', () => {
  it.each(golden.classification)('classification $name', ({ y, p, given_labels, expected }) => {
    checkClassification(y, p, given_labels, expected);
  });

  it.each(golden.multiclass)('multi-class probabilities $name', ({ y, prob, expected }) => {
    const columns = prob[0].length;
    expectSame(logLossScore(y, prob.flat(), columns), expected.log_loss, 'log loss');
    const predictions = tensor(prob.flat(), [y.length, columns]);
    const decisions = decide(predictions, tensor(y, [y.length]));
    expect(decisions.problem).toBe('multi-class');
    const all = Array.from({ length: columns }, (_, i) => i);
    checkClassification(y, decisions.predictions, all, expected.classification);
  });

  it.each(golden.binary_scores.filter(({ expected }) => expected.log_loss !== undefined))(
    'log loss $name',
    ({ y, scores, expected }) => {
      expectSame(logLossScore(y, scores.map(toNumber)), expected.log_loss!, 'log loss');
    },
  );

  it.each(golden.regression)('regression $name', ({ y, p, expected }) => {
    const labels = y.map(toNumber);
    const values = p.map(toNumber);
    expectSame(meanSquaredError(labels, values), expected.mse, 'mse');
    expectSame(meanAbsoluteError(labels, values), expected.mae, 'mae');
    expectSame(r2Score(labels, values), expected.r2, 'r2');
    expectSame(pearsonCorrelation(labels, values), expected.pearson, 'pearson');
    expectSame(spearmanCorrelation(labels, values), expected.spearman, 'spearman');
  });

  it.each(golden.multilabel)('multi-label $name', ({ Y, prob, expected }) => {
    const columns = Y[0].length;
    const shape = [Y.length, columns];
    const { problem, labels, predictions } = decide(tensor(prob.flat(), shape), tensor(Y.flat(), shape));
    expect(problem).toBe('multi-label');
    expectSame(
      subsetAccuracyScore(labels, predictions, columns),
      expected.subset_accuracy as Num,
      'subset accuracy',
    );
    const counts = multiLabelCounts(labels, predictions, columns);
    for (const average of ['macro', 'micro', 'weighted'] as const) {
      expectSamePrf(averageScore(counts, average), expected[`prf_${average}`] as Prf, average);
    }
  });

  it('covers the edge cases', () => {
    const names = golden.classification.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['nothing-predicted', 'one-sample', 'empty', 'class-never-true']),
    );
    expect(golden.classification.length + golden.regression.length + golden.multilabel.length).toBe(47);
  });
});

describe("Wilson's interval", () => {
  const file = new URL('golden/optimizers.json', import.meta.url);
  const { wilson } = JSON.parse(readFileSync(file, 'utf8')) as {
    wilson: { successes: number; total: number; low: number; high: number }[];
  };
  it.each(wilson)('$successes of $total as scipy', ({ successes, total, low, high }) => {
    const interval = wilsonInterval(successes, total);
    expectSame(interval.low, low, 'low');
    expectSame(interval.high, high, 'high');
  });
  it('refuses impossible counts', () => {
    expect(() => wilsonInterval(3, 2)).toThrow(/at most total 2, found 3/);
    expect(() => wilsonInterval(0, 0)).toThrow(/total/);
  });
});

describe('metrics of a model', () => {
  const threeClasses = tensor([0.7, 0.2, 0.1, 0.1, 0.1, 0.8, 0.3, 0.4, 0.3], [3, 3]);

  it('tells the problem from the shapes', () => {
    expect(accuracy().compute(threeClasses, tensor([0, 2, 0], [3]))).toBeCloseTo(2 / 3, 12);
    expect(accuracy().compute(tensor([0.5, 0.4], [2, 1]), tensor([1, 1], [2]))).toBe(0.5);
    expect(accuracy({ threshold: 0.3 }).compute(tensor([0.5, 0.4], [2, 1]), tensor([1, 1], [2, 1]))).toBe(1);
    const twoLabels = tensor([0.9, 0.1, 0.9, 0.9], [2, 2]);
    expect(accuracy().compute(twoLabels, tensor([1, 0, 1, 0], [2, 2]))).toBe(0.5);
  });

  it('averages precision, recall and F1 as asked', () => {
    const labels = tensor([0, 2, 0], [3]);
    expect(precision().compute(threeClasses, labels)).toBeCloseTo(2 / 3, 12); // macro: 1, 0, 1
    expect(recall({ average: 'weighted' }).compute(threeClasses, labels)).toBeCloseTo(2 / 3, 12);
    expect(f1({ average: 'macro' }).name).toBe('f1_macro');
    const two = tensor([0.4, 0.6, 0.7, 0.3, 0.2, 0.8], [3, 2]);
    expect(f1().compute(two, tensor([1, 1, 0], [3]))).toBeCloseTo(0.5, 12);
    expect(mcc().compute(two, tensor([1, 0, 1], [3]))).toBeCloseTo(1, 12);
    expect(logLoss().compute(two, tensor([1, 0, 1], [3]))).toBeCloseTo(-Math.log(0.6 * 0.7 * 0.8) / 3, 6);
    expect(() => f1({ average: 'binary' }).compute(threeClasses, labels)).toThrow(
      /needs two classes, found 3/,
    );
  });

  it('counts a NaN prediction as wrong', () => {
    expect(accuracy().compute(tensor([NaN, 0.2, 0.8, 0.2], [2, 2]), tensor([0, 0], [2]))).toBe(0.5);
    expect(accuracy().compute(tensor([NaN, 0.2], [2, 1]), tensor([0, 0], [2]))).toBe(0.5);
  });

  it('measures values', () => {
    const [p, y] = [tensor([1, 2, 4], [3, 1]), tensor([1, 3, 4], [3])];
    expect(mse().compute(p, y)).toBeCloseTo(1 / 3, 12);
    expect(mae().compute(p, y)).toBeCloseTo(1 / 3, 12);
    expect(r2().compute(p, y)).toBeCloseTo(1 - 1 / (14 / 3), 12);
    expect(spearman().compute(p, y)).toBeCloseTo(1, 12);
    expect(pearson({ name: 'r' }).name).toBe('r');
  });

  it('refuses shapes that do not fit', () => {
    expect(() => accuracy().compute(threeClasses, tensor([0, 1], [2]))).toThrow(
      expect.objectContaining({ code: 'shape-mismatch' }),
    );
    expect(() => accuracyScore([1, 2], [1])).toThrow(/2 labels and 1 predictions/);
  });
});

function tensor(values: ArrayLike<number>, shape: number[]): HostTensor {
  return { values: Float32Array.from(values), shape };
}
