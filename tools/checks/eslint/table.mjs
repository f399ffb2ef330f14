/**
 * Who may import whom: the arrows of ARCHITECTURE.md, as data. `eslint/rule-layers.mjs` enforces them.
 *
 * @typedef {object} Layer
 * @property {readonly string[]} imports packages that every source file of the layer may import
 * @property {Readonly<Record<string, readonly string[]>>} [alsoIn] further packages, by file relative to the layer
 * @property {boolean} [backends] whether the layer may name a TensorFlow.js backend
 * @property {boolean} [open] whether the layer may import any package from the registry and any Node built-in
 */

const TFJS = '@tensorflow/tfjs';

/** @type {Readonly<Record<string, Layer>>} */
export const LAYERS = {
  'packages/tokenizer': { imports: [], alsoIn: { 'src/tensors.ts': [TFJS] } },
  'packages/bert': {
    imports: [TFJS],
    alsoIn: { 'src/sources/read-zip.node.ts': ['yauzl'], 'src/sources/read-tar.node.ts': ['tar'] },
  },
  // weights and where they lie; its test opens them
  'packages/bert-small-en': {
    imports: [],
    alsoIn: { 'test/model.test.ts': ['@bertune/bert', '@bertune/heads', '@bertune/tokenizer'] },
  },
  'packages/heads': { imports: [TFJS, '@bertune/bert'] },
  'packages/train': {
    imports: [TFJS],
    alsoIn: { 'src/pre-training/co-occurrence/truncated-svd.ts': ['ml-matrix'] },
  },
  'packages/tensorflow': { imports: [TFJS], backends: true, open: true },
  'apps/*': {
    imports: [
      '@bertune/tokenizer',
      '@bertune/bert',
      '@bertune/bert-small-en',
      '@bertune/heads',
      '@bertune/train',
      '@bertune/tensorflow',
    ],
    backends: true,
    open: true,
  },
  // one package, whose folder has no others beside it
  bench: {
    imports: [
      '@bertune/tokenizer',
      '@bertune/bert',
      '@bertune/bert-small-en',
      '@bertune/heads',
      '@bertune/train',
      '@bertune/tensorflow',
    ],
    backends: true,
    open: true,
  },
  // measures what it builds
  'tools/bert-small-en': {
    imports: ['@bertune/tokenizer', '@bertune/bert', '@bertune/heads', '@bertune/checks', '@bertune/testkit'],
    backends: true,
    open: true,
  },
  'tools/*': { imports: ['@bertune/checks', '@bertune/testkit'], open: true },
};

/** What tests may import on top of their layer. Backends and registry packages are open to them as well. */
export const TEST_IMPORTS = ['@bertune/testkit', '@bertune/checks'];

/** Packages that are a backend of TensorFlow.js or bring one. */
export function isBackend(packageName) {
  return /^@tensorflow\/tfjs-(backend-|node)/.test(packageName);
}
