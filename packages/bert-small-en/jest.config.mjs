import base from '../../jest.config.base.mjs';

export default {
  ...base,
  // Tests run the sources, so what stands behind the package's own imports comes from them too, not from `dist`.
  moduleNameMapper: { ...base.moduleNameMapper, '^#directory$': '<rootDir>/src/directory.node.ts' },
};
