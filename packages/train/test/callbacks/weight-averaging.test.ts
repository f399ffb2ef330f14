import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import {
  type Callback,
  compile,
  ExponentialMovingAverage,
  sgd,
  StochasticWeightAveraging,
  type TrainingState,
} from '../../src/index.js';
import { sentenceData, sentences, SmallClassifier } from '../logistic.js';

const data = sentenceData(sentences(32));
const options = { batchSize: 8, epochs: 5, seed: 3 };

/** Weights after every step, and those that the callback leaves. */
async function run(callback: Callback): Promise<{ steps: number[][]; final: number[] }> {
  const model = new SmallClassifier();
  const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
  const steps: number[][] = [];
  const watch: Callback = { onTrainBatchEnd: () => void steps.push([...model.snapshot()]) };
  const before = tf.memory().numTensors;
  await compiled.fit(data, { ...options, callbacks: [watch, callback] });
  expect(tf.memory().numTensors).toBe(before);
  const final = [...model.snapshot()];
  compiled.dispose();
  model.dispose();
  return { steps, final };
}

function expectNear(found: readonly number[], expected: readonly number[]): void {
  const worst = Math.max(...found.map((value, i) => Math.abs(value - expected[i])));
  expect(worst).toBeLessThan(1e-6);
}

describe.each(['cpu', 'wasm'])('averages of weights on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it('EMA: the decaying mean over steps', async () => {
    const { steps, final } = await run(new ExponentialMovingAverage({ decay: 0.8 }));
    const expected = steps.reduce((average, weights) =>
      average.map((each, i) => 0.8 * each + 0.2 * weights[i]),
    );
    expectNear(final, expected);
    expect(Math.max(...final.map((value, i) => Math.abs(value - steps[19][i])))).toBeGreaterThan(1e-3);
  });

  it("EMA with a warm-up: as TensorFlow's moving averages with the number of updates", async () => {
    const { steps, final } = await run(new ExponentialMovingAverage({ decay: 0.6, warmup: true }));
    let average = steps[0];
    for (const [i, weights] of [...steps.entries()].slice(1)) {
      const stays = Math.min(0.6, (2 + i) / (11 + i));
      average = average.map((each, at) => stays * each + (1 - stays) * weights[at]);
    }
    expectNear(final, average);
  });

  it('SWA: the mean over the ends of epochs from the first on', async () => {
    const { steps, final } = await run(new StochasticWeightAveraging({ startEpoch: 2 }));
    const ends = [11, 15, 19].map((step) => steps[step]);
    expectNear(
      final,
      ends[0].map((_, i) => (ends[0][i] + ends[1][i] + ends[2][i]) / 3),
    );
  });

  it.each([
    ['EMA', () => new ExponentialMovingAverage({ decay: 0.9 })],
    ['SWA', () => new StochasticWeightAveraging({ startEpoch: 1 })],
  ])('%s goes on in another process to the last bit', async (_, make) => {
    const { final } = await run(make());
    for (const stop of [2, 9, 16]) {
      const model = new SmallClassifier();
      const first = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
      let state: TrainingState | undefined;
      let weights: tf.Tensor[] = [];
      const save = (kept: TrainingState): Promise<void> => {
        if (kept.steps === stop) {
          state = structuredClone(kept);
          weights = [...model.parameters.values()].map((variable) =>
            tf.keep(tf.clone(variable as tf.Tensor)),
          );
        }
        return Promise.resolve();
      };
      await first.fit(data, { ...options, callbacks: [make()], checkpoint: { everySteps: 1, save } });
      [...model.parameters.values()].forEach((variable, i) => variable.assign(weights[i]));
      const second = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
      await second.fit(data, { ...options, callbacks: [make()], resume: state });
      expect([...model.snapshot()]).toEqual(final);
      tf.dispose(weights);
      for (const each of [first, second, model]) each.dispose();
    }
  });
});

it('a decay or epoch that cannot be is refused', () => {
  expect(() => new ExponentialMovingAverage({ decay: 1 })).toThrow(/decay must be a number in \[0, 1\)/);
  expect(() => new StochasticWeightAveraging({ startEpoch: -1 })).toThrow(/startEpoch must be an integer/);
});
