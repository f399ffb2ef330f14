import base from '../jest.config.base.mjs';
import { fileURLToPath } from 'node:url';

export default {
  ...base,
  globalSetup: fileURLToPath(new URL('../packages/tensorflow/test/provide-library.mjs', import.meta.url)),
};
