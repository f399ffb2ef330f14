import base from '../../jest.config.base.mjs';

export default {
  ...base,
  // Tests run the sources, so the ports come from them too, not from `dist`.
  moduleNameMapper: {
    ...base.moduleNameMapper,
    '^#files$': '<rootDir>/src/files.node.ts',
    '^#sources$': '<rootDir>/src/sources/sources.node.ts',
  },
};
