import base from './jest.config.mjs';

/** Tests in a real browser: no part of `pnpm test`, which every machine must be able to run. */
export default {
  ...base,
  displayName: 'browser',
  testMatch: ['<rootDir>/test/browser/**/*.browser.ts'],
  testTimeout: 120_000,
};
