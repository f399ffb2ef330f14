import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import { Bert, createBertConfig } from '@bertune/bert';
import { SequenceClassifier } from '@bertune/heads';
import { adamW, compile, linearSchedule } from '@bertune/train';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { oddWords } from './odd-words.js';

/** Whole training over many steps, dropout on: nothing piles up, and the same seed gives the same bits. */
const STEPS_PER_EPOCH = 67;
const BATCH = 8;

/** Texts of 3 to 19 tokens. */
const makeData = (): ReturnType<typeof oddWords> => oddWords(STEPS_PER_EPOCH * BATCH, (i) => 3 + (i % 17));

function makeModel(): SequenceClassifier {
  const config = createBertConfig({
    vocabSize: 100,
    hiddenSize: 64,
    numLayers: 2,
    numHeads: 2,
    maxPosition: 32,
  });
  return SequenceClassifier.fromEncoder(Bert.fromConfig(config, { seed: 7 }), {
    labels: ['even', 'odd'],
    seed: 7,
  });
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

const options = {
  optimizer: adamW({ learningRate: 1e-3 }),
  schedule: linearSchedule({ warmupRatio: 0.1 }),
  clipNorm: 1,
};

describe('long training on wasm', () => {
  beforeAll(async () => {
    await tf.setBackend('wasm');
  });

  it('keeps the number of tensors over 200 steps and resident memory over 3 epochs', async () => {
    const data = makeData();
    const model = makeModel();
    const tensors: number[] = [];
    const resident: number[] = [];
    const trained = compile(model, options);
    await trained.fit(data, {
      batchSize: BATCH,
      epochs: 4,
      seed: 1,
      callbacks: [
        {
          onTrainBatchEnd: () => void tensors.push(tf.memory().numTensors),
          onEpochEnd() {
            collectGarbage();
            resident.push(process.memoryUsage.rss() / 2 ** 20);
          },
        },
      ],
    });
    expect(tensors).toHaveLength(4 * STEPS_PER_EPOCH);
    expect(new Set(tensors.slice(1)).size).toBe(1);
    // The first epoch warms up; a leak of one batch of activations a step would be hundreds of megabytes.
    const growth = Math.max(...resident.slice(1)) - resident[0];
    expect(growth).toBeLessThan(24);
    trained.dispose();
    model.dispose();
  });

  it('gives the same losses to the last bit for the same seed, and others for another', async () => {
    const losses = async (seed: number): Promise<readonly number[]> => {
      const model = makeModel();
      const trained = compile(model, options);
      const history = await trained.fit(makeData(), { batchSize: BATCH, maxSteps: 25, seed });
      trained.dispose();
      model.dispose();
      return history.losses;
    };
    const first = await losses(1);
    expect(first).toHaveLength(25);
    expect(await losses(1)).toEqual(first);
    expect(await losses(2)).not.toEqual(first);
  });
});
