import base from '../../jest.config.base.mjs';
import { fileURLToPath } from 'node:url';

export default {
  ...base,
  globalSetup: fileURLToPath(new URL('./test/provide-library.mjs', import.meta.url)),
};
