import { TensorFlowExecutor } from '@bertune/tensorflow';
import { EagerExecutor } from '@bertune/train';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { type EpochMemory, memoryOfEpochs, type TrainingSize } from '../helpers/epochs-memory.js';
import { describeNative, heldTensors } from '../native/native.js';

/**
 * Of an epoch, 1.2 million tokens on native TensorFlow, 100,000 on wasm. The first warms up; one batch of labels left
 * behind by each step would be counted, a batch of activations left behind by each tenth step would be a gigabyte.
 */
const ALLOWED_MEGABYTES = 32;

function expectFlat(name: string, seen: readonly EpochMemory[]): void {
  const resident = seen.map((each) => Math.round(each.resident));
  process.stdout.write(`${name}: ${resident.join(', ')} MB after each epoch\n`);
  expect(seen).toHaveLength(5);
  expect(new Set(seen.map(({ tensors }) => tensors)).size).toBe(1);
  expect(new Set(seen.map(({ handles }) => handles)).size).toBe(1);
  expect(Math.max(...resident.slice(1)) - resident[0]).toBeLessThan(ALLOWED_MEGABYTES);
}

const size = (examples: number): TrainingSize => ({ examples, batchSize: 16, hidden: 64, epochs: 5 });

describe('memory over five epochs', () => {
  it('is flat on wasm', async () => {
    await tf.setBackend('wasm');
    expectFlat('wasm', await memoryOfEpochs(size(4000), new EagerExecutor()));
  });
});

describeNative('memory over five epochs, on native TensorFlow', () => {
  it('is flat', async () => {
    const executor = new TensorFlowExecutor();
    expectFlat('tensorflow', await memoryOfEpochs(size(16_000), executor, heldTensors));
    executor.dispose();
  });
});
