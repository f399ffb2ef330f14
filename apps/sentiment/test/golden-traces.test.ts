import { beforeAll, describe, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { itFollowsPeft } from './helpers/golden-lora.js';
import { itFollowsTheGoldenTraces } from './helpers/golden-traces.js';

jest.setTimeout(120_000);

describe.each(['cpu', 'wasm'])('training traces on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  itFollowsTheGoldenTraces();
  itFollowsPeft();
});
