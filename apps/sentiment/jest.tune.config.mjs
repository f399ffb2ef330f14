import base from './jest.config.mjs';

/** Two hundred trainings in processes of their own: no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'tune',
  testMatch: ['<rootDir>/test/tune/**/*.long.ts'],
  testTimeout: 3_600_000,
};
