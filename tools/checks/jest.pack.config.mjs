import base from '../../jest.config.base.mjs';

/** Packs and installs the packages: needs a package registry and minutes, so it is no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'pack',
  testMatch: ['<rootDir>/pack/**/*.test.ts'],
  testTimeout: 300_000,
};
