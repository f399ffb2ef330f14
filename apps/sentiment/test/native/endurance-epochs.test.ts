import { TensorFlowExecutor } from '@bertune/tensorflow';
import { expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { memoryOfEpochs } from '../helpers/epochs-memory.js';
import { describeNative, heldTensors } from './native.js';

jest.setTimeout(120_000);

describeNative('five epochs on native TensorFlow', () => {
  it('end with the same tensors and handles each', async () => {
    const [tensors, held] = [tf.memory().numTensors, heldTensors()];
    const executor = new TensorFlowExecutor();
    const seen = await memoryOfEpochs(
      { examples: 40, batchSize: 8, hidden: 16, epochs: 5 },
      executor,
      heldTensors,
    );
    executor.dispose();
    expect(seen).toHaveLength(5);
    expect(new Set(seen.map((each) => each.tensors)).size).toBe(1);
    expect(new Set(seen.map((each) => each.handles)).size).toBe(1);
    expect([tf.memory().numTensors, heldTensors()]).toEqual([tensors, held]);
  });
});
