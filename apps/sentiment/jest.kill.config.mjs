import base from './jest.config.mjs';

/** A long run that is killed again and again: no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'kill',
  testMatch: ['<rootDir>/test/kill/**/*.kill.ts'],
  testTimeout: 1_800_000,
};
