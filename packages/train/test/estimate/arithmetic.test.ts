import { describe, expect, it } from '@jest/globals';

import { fullRows } from '../../src/batching.js';
import { chooseShapes, measureShapes } from '../../src/estimate/measure-shapes.js';
import { type PlannedShape, plannedWork } from '../../src/estimate/planned-work.js';
import { runEstimate } from '../../src/estimate/run-estimate.js';
import { type BatchShape, stepCost } from '../../src/estimate/step-cost.js';
import { fitSettings } from '../../src/fit-options.js';
import { planRun } from '../../src/run-plan.js';

/** What a batch takes on a machine of our invention: 5 ms, 2 µs a token, 10 ns a pair of tokens. */
const truth = ({ rows, length }: BatchShape): number =>
  5e-3 + 2e-6 * rows * length + 1e-8 * rows * length ** 2;
const measure = (shape: BatchShape) => ({ ...shape, seconds: truth(shape), firstSeconds: 0 });
const shape = (rows: number, length: number, count = 1): PlannedShape => ({
  rows,
  length,
  count,
  example: [],
});

describe('the cost of a step', () => {
  it('of three measured shapes gives that of every other', () => {
    const cost = stepCost([shape(32, 16), shape(32, 64), shape(32, 128)].map(measure));
    for (const other of [shape(32, 32), shape(8, 128), shape(64, 512), shape(1, 1)])
      expect(cost(other) / truth(other)).toBeCloseTo(1, 6);
  });

  it('of one is in proportion to the tokens', () => {
    const cost = stepCost([{ rows: 4, length: 10, seconds: 0.8, firstSeconds: 0 }]);
    expect(cost({ rows: 8, length: 5 })).toBeCloseTo(0.8, 12);
    expect(cost({ rows: 2, length: 10 })).toBeCloseTo(0.4, 12);
  });

  it('of two is a constant and a part for each token', () => {
    const line = ({ rows, length }: BatchShape): number => 0.1 + 0.002 * rows * length;
    const cost = stepCost(
      [shape(8, 10), shape(8, 100)].map((each) => ({ ...each, seconds: line(each), firstSeconds: 0 })),
    );
    expect(cost(shape(8, 50))).toBeCloseTo(line(shape(8, 50)), 9);
  });

  it('never falls below zero, even where larger batches were the quicker ones', () => {
    const cost = stepCost([
      { rows: 8, length: 10, seconds: 0.5, firstSeconds: 0 },
      { rows: 8, length: 20, seconds: 0.4, firstSeconds: 0 },
      { rows: 8, length: 30, seconds: 0.3, firstSeconds: 0 },
    ]);
    for (const length of [1, 15, 1000]) expect(cost({ rows: 8, length })).toBeGreaterThan(0);
    expect(cost({ rows: 8, length: 20 })).toBe(0.4); // as measured
  });
});

describe('the work of a run', () => {
  const lengths = Float64Array.from({ length: 103 }, (_, i) => 3 + ((i * 7) % 29));
  const paddedLength = (longest: number): number => Math.ceil(longest / 8) * 8;
  const all = lengths.reduce((sum, length) => sum + length, 0);

  it('is exact where epochs are alike, micro-batches and a last part included', () => {
    const settings = fitSettings({ epochs: 5, batchSize: 8, gradientAccumulationSteps: 3, seed: 9 });
    const plan = planRun(lengths, settings, paddedLength);
    const work = plannedWork(plan, lengths, paddedLength);
    let [paddedTokens, batches] = [0, 0];
    for (let epoch = 0; epoch < 5; epoch++)
      for (const batch of plan.steps(epoch).flat()) {
        paddedTokens += batch.length * paddedLength(Math.max(...batch.map((index) => lengths[index])));
        batches += 1;
      }
    expect(work).toMatchObject({ steps: 5 * 5, epochs: 5, tokens: 5 * all, paddedTokens });
    expect(work.shapes.reduce((sum, { count }) => sum + count, 0)).toBeCloseTo(batches, 9);
    const sizes = work.shapes.map(({ rows, length }) => rows * length);
    expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
    for (const { rows, length, example } of work.shapes) {
      expect(example).toHaveLength(rows);
      expect(paddedLength(Math.max(...example.map((index) => lengths[index])))).toBe(length);
    }
  });

  it('of a resumed run is what is left, of one with --max-steps up to there', () => {
    const settings = fitSettings({ epochs: 4, batchSize: 8, maxSteps: 45 });
    const plan = planRun(lengths, settings, paddedLength); // 13 steps an epoch
    const whole = plannedWork(plan, lengths, paddedLength);
    expect(whole).toMatchObject({ steps: 45, epochs: 4 });
    const rest = plannedWork(plan, lengths, paddedLength, 30);
    expect(rest).toMatchObject({ steps: 15, epochs: 2 });
    const later = [...plan.steps(2).slice(4), ...plan.steps(3)].flat();
    expect(rest.tokens).toBe(later.flat().reduce((sum, index) => sum + lengths[index], 0));
  });
});

describe('trying out', () => {
  const shapes = [shape(32, 128, 2), shape(32, 64, 10), shape(32, 32, 50), shape(32, 16, 60), shape(5, 8, 1)];

  const isFull = ({ rows }: { readonly rows: number }): boolean => rows === 32;

  it('takes the largest, the one with most tokens and the smallest that comes often', () => {
    expect(chooseShapes(shapes, isFull)).toEqual([shapes[0], shapes[2], shapes[3]]);
    expect(chooseShapes([shapes[4]], isFull)).toEqual([shapes[4]]);
    expect(chooseShapes([shapes[0], shapes[4]], isFull)).toEqual([shapes[0]]);
    // the last batch of every epoch, with fewer rows
    expect(chooseShapes([...shapes, shape(5, 4, 60)], isFull)).toEqual([shapes[0], shapes[2], shapes[3]]);
  });

  it('sees what the first of a shape takes longer, and is not led astray by one slow run', async () => {
    const runs = new Map<number, number>();
    const measured = await measureShapes(shapes, isFull, ({ length, ...rest }) => {
      const before = runs.get(length) ?? 0;
      runs.set(length, before + 1);
      const extra = before === 0 ? 0.03 : before === 2 ? 0.1 : 0;
      return Promise.resolve(truth({ ...rest, length }) + extra);
    });
    expect(measured.map(({ length }) => length)).toEqual([128, 32, 16]);
    for (const each of measured) {
      expect(each.seconds).toBeCloseTo(truth(each), 9);
      expect(each.firstSeconds).toBeCloseTo(0.03, 9);
    }
  });

  it('ends early where steps are long and the run is short', async () => {
    const seen: number[] = [];
    const measured = await measureShapes(shapes, isFull, ({ rows, length }) => {
      seen.push(length);
      return Promise.resolve((8 * rows * length) / 4096); // 8 s for the largest
    });
    expect(seen).toEqual([128, 128]);
    expect(measured).toHaveLength(1);
  });
});

describe('the estimate', () => {
  const shapes = [shape(8, 64, 3), shape(8, 32, 20), shape(8, 16, 40), shape(2, 16, 2)];
  const work = { steps: 65, epochs: 2, tokens: 9000, paddedTokens: 11_000, shapes };
  const isFull = ({ rows, length }: BatchShape): boolean => rows === fullRows(length, { batchSize: 8 });

  it('adds up steps, validations and what is still to be compiled', () => {
    const training = [shape(8, 64), shape(8, 16)].map((each) => ({
      ...each,
      seconds: truth(each),
      firstSeconds: each.length === 64 ? 0.7 : 0.5,
    }));
    const validation = [shape(8, 32), shape(8, 16), shape(3, 16)];
    const evaluated = { rows: 8, length: 16, seconds: truth(shape(8, 16)) / 4, firstSeconds: 0.2 };
    const estimate = runEstimate({ work, validation, isFull, training, evaluated });
    const cost = stepCost(training);
    const steps = shapes.reduce((sum, each) => sum + each.count * cost(each), 0);
    const tests = 2 * (validation.reduce((sum, each) => sum + cost(each), 0) / 4);
    expect(estimate.validationSeconds).toBeCloseTo(tests, 12);
    expect(estimate.compileSeconds).toBeCloseTo(0.5 + 0.2, 12); // one shape of each kind has not come yet
    expect(estimate.seconds).toBeCloseTo(steps + tests + 0.7, 12);
    expect(estimate).toMatchObject({
      steps: 65,
      tokens: 9000,
      paddedTokens: 11_000,
      largestBatch: { rows: 8, length: 64 },
    });
  });

  it('without validation has none in it', () => {
    const estimate = runEstimate({
      work,
      validation: [],
      isFull,
      training: [measure(shape(8, 64))],
      evaluated: undefined,
    });
    expect(estimate.validationSeconds).toBe(0);
    expect(estimate.compileSeconds).toBe(0);
  });
});
