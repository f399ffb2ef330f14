import base from '../../jest.config.base.mjs';

/** Tests that take long or need a package registry: no part of `pnpm test`. */
export default {
  ...base,
  displayName: 'slow',
  testMatch: ['<rootDir>/test/slow/**/*.slow.ts'],
  testTimeout: 600_000,
};
