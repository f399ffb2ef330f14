import base from '../../jest.config.base.mjs';

export default {
  ...base,
  // Tests run the sources, so the file port comes from them too, not from `dist`.
  moduleNameMapper: { ...base.moduleNameMapper, '^#files$': '<rootDir>/src/files/files.node.ts' },
};
