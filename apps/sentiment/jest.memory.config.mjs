import base from './jest.config.mjs';

/** Long runs whose memory is looked at: no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'memory',
  testMatch: ['<rootDir>/test/memory/**/*.memory.ts'],
  testTimeout: 1_800_000,
};
