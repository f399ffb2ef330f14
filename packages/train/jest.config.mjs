import base from '../../jest.config.base.mjs';

export default {
  ...base,
  // Tests run the sources, so the host port comes from them too, not from `dist`.
  moduleNameMapper: { ...base.moduleNameMapper, '^#host$': '<rootDir>/src/host.node.ts' },
};
