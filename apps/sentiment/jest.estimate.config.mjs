import base from './jest.config.mjs';

/** Trainings that are timed against their estimates, for a machine that does nothing else: no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'estimate',
  testMatch: ['<rootDir>/test/estimate/**/*.timed.ts'],
  testTimeout: 1_800_000,
};
