import { fileURLToPath } from 'node:url';

/**
 * Jest for one package: ES modules through ts-jest, sources imported with their `.js` names.
 * Type errors are not reported in this mode; `pnpm typecheck` runs the compiler over the tests.
 */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  // Jest's 5 s are too few where all packages' tests share a small machine; a hang still ends.
  testTimeout: 60_000,
  maxWorkers: '50%',
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  transform: {
    '^.+\\.ts$': ['ts-jest', { useESM: true, tsconfig: '<rootDir>/tsconfig.test.json' }],
  },
  reporters: ['default', fileURLToPath(new URL('./tools/checks/count-reporter.mjs', import.meta.url))],
};
