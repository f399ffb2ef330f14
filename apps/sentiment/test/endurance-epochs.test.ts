import { EagerExecutor } from '@bertune/train';
import { expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { memoryOfEpochs } from './helpers/epochs-memory.js';

jest.setTimeout(120_000);

it('five epochs on wasm end with the same tensors each; `pnpm --filter sentiment test:memory` looks at memory too', async () => {
  await tf.setBackend('wasm');
  const before = tf.memory().numTensors;
  const seen = await memoryOfEpochs(
    { examples: 40, batchSize: 8, hidden: 16, epochs: 5 },
    new EagerExecutor(),
  );
  expect(seen).toHaveLength(5);
  expect(new Set(seen.map(({ tensors }) => tensors)).size).toBe(1);
  expect(tf.memory().numTensors).toBe(before);
});
