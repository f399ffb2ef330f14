import { readFileSync } from 'node:fs';

import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  adamW,
  compile,
  type Dataset,
  type Optimizer,
  sgd,
  suggestLearningRate,
  type Trainable,
} from '../../src/index.js';

/** One range test of fastai. */
interface Case {
  steps: number;
  learningRates: number[];
  losses: number[];
  smoothedLosses: number[];
  steepest: number;
  tenthOfMinimum: number;
}

// tools/reference/range_test.py: fastai 2.8.12 on torch 2.13.0
const golden = JSON.parse(readFileSync(new URL('../golden/range-test.json', import.meta.url), 'utf8')) as {
  smoothing: number;
  divergence: number;
  quadratic: { start: number[]; target: number[]; a: number };
  points: { x: number[][]; y: number[] };
  cases: Record<string, Case>;
};

interface Points {
  readonly x: tf.Tensor2D;
  readonly y: tf.Tensor1D;
}

const data: Dataset<number, Points> = {
  examples: golden.points.y.map((_, at) => at),
  length: () => 1,
  collate: (chosen) => ({
    x: tf.tensor2d(chosen.map((at) => golden.points.x[at])),
    y: tf.tensor1d(
      chosen.map((at) => golden.points.y[at]),
      'int32',
    ),
  }),
};

/** A model of one parameter. */
function modelOf(parameter: tf.Variable, loss: (batch: Points) => tf.Tensor): Trainable<Points> {
  return {
    parameters: new Map([['p', parameter]]),
    loss: (batch) => tf.tidy(() => loss(batch).asScalar()),
    lossWeight: ({ y }) => y.shape[0],
    predict: ({ x }) => x,
    labels: ({ y }) => y,
  };
}

function quadratic(): Trainable<Points> {
  const { start, target, a } = golden.quadratic;
  const p = tf.variable(tf.tensor1d(start));
  return modelOf(p, () => tf.mul(tf.sum(tf.squaredDifference(p, tf.tensor1d(target))), a / 2));
}

function logistic(): Trainable<Points> {
  const p = tf.variable(tf.zeros<tf.Rank.R2>([3, 2]));
  return modelOf(p, ({ x, y }) =>
    tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(tf.matMul(x, p)), tf.oneHot(y, 2)), 1))),
  );
}

const cases: [string, () => Trainable<Points>, Optimizer][] = [
  ['quadratic, sgd', quadratic, sgd({ learningRate: 1 })],
  ['logistic, sgd', logistic, sgd({ learningRate: 1 })],
  ['logistic, adamw', logistic, adamW({ learningRate: 1, weightDecay: 0.01 })],
];

describe.each(['cpu', 'wasm'])('on %s, as fastai', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(cases)('%s: losses, smoothed losses, end, suggestions', async (name, make, optimizer) => {
    const expected = golden.cases[name];
    const { steps, learningRates } = expected;
    const compiled = compile(make(), { optimizer });
    // fastai stops one step of the range short of its end.
    const [min, factor] = [learningRates[0], learningRates[1] / learningRates[0]];
    const max = min * factor ** (steps - 1);
    const { smoothing, divergence } = golden;
    const found = await compiled.findLearningRate(data, {
      ...{ min, max, steps, smoothing, divergence, batchSize: 64 },
    });
    compiled.dispose();
    expect(found.losses).toHaveLength(expected.losses.length);
    expect(found.ended).toBe(expected.losses.length < steps ? 'diverged' : 'completed');
    // Past the turn each step multiplies the errors of float32 until nothing else is left.
    const turn = expected.losses.indexOf(Math.min(...expected.losses));
    const close = (actual: readonly number[], wanted: readonly number[]): void => {
      for (const [at, value] of wanted.slice(0, turn + 1).entries())
        expect(Math.abs(actual[at] - value)).toBeLessThan(2e-5);
    };
    const apart = (actual: number, wanted: number): number => Math.abs(Math.log(actual / wanted));
    found.learningRates.forEach((rate, at) => {
      expect(apart(rate, learningRates[at])).toBeLessThan(1e-9);
    });
    close(found.losses, expected.losses);
    close(found.smoothedLosses, expected.smoothedLosses);
    // fastai leaves out the last five steps.
    const curve = {
      learningRates: found.learningRates.slice(0, -5),
      losses: found.losses.slice(0, -5),
      smoothedLosses: found.smoothedLosses.slice(0, -5),
    };
    const suggestion = suggestLearningRate(curve, { smoothing, plannedSteps: steps })!;
    expect(apart(suggestion.steepest, expected.steepest)).toBeLessThan(1e-5);
    expect(apart(suggestion.tenthOfMinimum, expected.tenthOfMinimum)).toBeLessThan(1e-5);
  });
});
