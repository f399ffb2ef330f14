import { beforeAll, describe, expect, it } from '@jest/globals';

import { startBackend } from '../../src/backend.js';
import { buildModel, type BuildOptions } from '../../src/model/build-model.js';
import { temporaryFolder } from '../helpers/files.js';
import { tinyEncoder } from '../helpers/tiny-model.js';

const options: BuildOptions = {
  directory: undefined,
  maxLength: 16,
  dropout: 0.2,
  recompute: true,
  seed: 1,
  labels: { task: 'single-label', names: ['neg', 'pos'] },
  train: [
    { text: 'the film was good', target: [1] },
    { text: 'the food was bad', target: [0] },
  ],
  classWeights: 'none',
  labelSmoothing: 0,
  loss: 'cross-entropy',
  focalGamma: undefined,
};

describe('buildModel', () => {
  beforeAll(async () => {
    await startBackend('cpu');
  });

  it('hands recompute on: from scratch, from an encoder, from a trained classifier', async () => {
    const encoder = await tinyEncoder();
    const trained = temporaryFolder();
    for (const directory of [undefined, encoder, trained]) {
      for (const recompute of [true, false]) {
        const { model, tokenizer } = await buildModel({ ...options, directory, recompute });
        expect([directory, model.bert.recompute]).toEqual([directory, recompute]);
        expect(model.bert.config.hiddenDropout).toBe(0.2);
        if (directory === encoder) {
          await model.savePretrained(trained);
          await tokenizer.savePretrained(trained);
        }
        model.dispose();
      }
    }
  });
});
