import { TensorFlowExecutor } from '@bertune/tensorflow';
import { describe, jest } from '@jest/globals';

import { itFollowsPeft } from '../helpers/golden-lora.js';
import { itFollowsTheGoldenTraces } from '../helpers/golden-traces.js';
import { describeNative } from './native.js';

jest.setTimeout(120_000);

describeNative('training traces on native TensorFlow', () => {
  describe('compiled', () => {
    itFollowsTheGoldenTraces(() => new TensorFlowExecutor());
    itFollowsPeft(() => new TensorFlowExecutor());
  });

  describe('op by op', () => {
    itFollowsTheGoldenTraces(() => new TensorFlowExecutor({ compileIf: () => false }));
    itFollowsPeft(() => new TensorFlowExecutor({ compileIf: () => false }));
  });

  describe('by the executor of the other backends', () => {
    itFollowsTheGoldenTraces();
    itFollowsPeft();
  });
});
