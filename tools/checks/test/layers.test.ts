import { describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { layerRule } from '../eslint/index.mjs';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const eslint = new ESLint({
  cwd: root,
  overrideConfigFile: true,
  overrideConfig: [{ files: ['**/*.{ts,mjs}'], languageOptions: { parser: tseslint.parser } }, layerRule],
});

/** What the layer rule says about a snippet in a file that need not exist. */
async function complaints(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: `${root}${file}` });
  return result.messages.map((message) => `${message.ruleId}: ${message.message}`);
}

const of = (name: string) => `import { x } from '${name}'; x();`;
const TFJS = '@tensorflow/tfjs';
const WASM = '@tensorflow/tfjs-backend-wasm';

const FORBIDDEN: [file: string, code: string][] = [
  // tokenizer: no runtime dependency; TensorFlow.js in one file only
  ['packages/tokenizer/src/a.ts', of(TFJS)],
  ['packages/tokenizer/src/a.ts', of('@bertune/bert')],
  ['packages/tokenizer/src/tensors.ts', of('@bertune/bert')],
  ['packages/tokenizer/src/tensors.ts', of(WASM)],
  ['packages/tokenizer/src/a.ts', of('lodash')],
  // bert
  ['packages/bert/src/a.ts', of('@bertune/tokenizer')],
  ['packages/bert/src/a.ts', of('@bertune/tokenizer/tensors')],
  ['packages/bert/src/a.ts', of('@bertune/heads')],
  ['packages/bert/src/a.ts', of('@bertune/train')],
  ['packages/bert/src/deep/a.ts', of('@tensorflow/tfjs-core')],
  // heads
  ['packages/heads/src/a.ts', of('@bertune/tokenizer')],
  ['packages/heads/src/a.ts', of('@bertune/train')],
  // train
  ['packages/train/src/a.ts', of('@bertune/tokenizer')],
  ['packages/train/src/a.ts', of('@bertune/bert')],
  ['packages/train/src/a.ts', of('@bertune/heads')],
  ['packages/train/src/a.ts', of('@bertune/tensorflow')],
  ['packages/train/test/a.test.ts', of('@bertune/heads')],
  // tensorflow
  ['packages/tensorflow/src/a.ts', of('@bertune/train')],
  ['packages/tensorflow/src/a.ts', of('@bertune/bert')],
  // nobody imports apps or tools, except tests the golden data
  ['packages/bert/src/a.ts', of('@bertune/testkit')],
  ['packages/bert/src/a.ts', of('@bertune/checks')],
  [
    'packages/bert/test/a.test.ts',
    of('sentiment').replace('sentiment', '../../../apps/sentiment/src/main.js'),
  ],
  ['apps/sentiment/src/a.ts', of('@bertune/testkit')],
  ['bench/src/a.ts', of('@bertune/testkit')],
  ['bench/src/deep/a.ts', of('../../../packages/bert/src/index.js')],
  // every way to import is seen
  ['packages/bert/src/a.ts', `export { x } from '@bertune/heads';`],
  ['packages/bert/src/a.ts', `export * from '@bertune/heads';`],
  ['packages/bert/src/a.ts', `import type { X } from '@bertune/heads'; export type Y = X;`],
  ['packages/bert/src/a.ts', `export type X = import('@bertune/heads').X;`],
  ['packages/bert/src/a.ts', `await import('@bertune/heads');`],
  ['packages/bert/src/a.ts', 'await import(`@bertune/heads`);'],
  ['packages/bert/src/a.ts', `require('@bertune/heads');`],
  ['packages/bert/src/a.ts', `import x = require('@bertune/heads'); x();`],
  ['packages/bert/src/a.ts', of('../../heads/src/index.js')],
  ['packages/bert/src/ops/a.ts', of('../../../tokenizer/src/index.js')],
  // backends
  ...['tokenizer', 'bert', 'heads', 'train'].flatMap((name): [string, string][] => [
    [`packages/${name}/src/a.ts`, of(WASM)],
    [`packages/${name}/src/a.ts`, of('@tensorflow/tfjs-backend-cpu')],
    [`packages/${name}/src/a.ts`, of('@tensorflow/tfjs-node')],
    [`packages/${name}/src/a.ts`, of('@tensorflow/tfjs-node-gpu')],
    [`packages/${name}/src/a.ts`, `await tf.setBackend('wasm');`],
    [`packages/${name}/src/a.ts`, `await setBackend('cpu');`],
    // Node
    [`packages/${name}/src/a.ts`, of('node:fs')],
    [`packages/${name}/src/a.ts`, of('fs/promises')],
    [`packages/${name}/src/files.browser.ts`, of('node:path')],
  ]),
];

const ALLOWED: [file: string, code: string][] = [
  ['packages/tokenizer/src/tensors.ts', of(TFJS)],
  ['packages/tokenizer/src/files.node.ts', of('node:fs/promises')],
  ['packages/bert/src/a.ts', of(TFJS)],
  ['packages/bert/src/a.ts', of('#files')],
  ['packages/bert/src/ops/a.ts', of('../inputs.js')],
  ['packages/bert/src/files.node.ts', of('node:fs')],
  ['packages/bert/src/a.ts', `await tf.setBackend(name);`],
  ['packages/heads/src/a.ts', of('@bertune/bert')],
  ['packages/heads/src/a.ts', of(TFJS)],
  ['packages/train/src/a.ts', of(TFJS)],
  ['packages/train/test/a.test.ts', of('../src/index.js')],
  ['packages/tensorflow/src/a.ts', of(TFJS)],
  ['packages/tensorflow/src/a.ts', of('@tensorflow/tfjs-backend-cpu')],
  ['packages/tensorflow/src/a.ts', of('node:worker_threads')],
  ['packages/tensorflow/src/a.ts', `tf.registerBackend('tensorflow', make);`],
  ...['tokenizer', 'bert', 'heads', 'train', 'tensorflow'].map((name): [string, string] => [
    'apps/sentiment/src/a.ts',
    of(`@bertune/${name}`),
  ]),
  ['apps/sentiment/src/a.ts', of('@bertune/tokenizer/tensors')],
  ['apps/sentiment/src/a.ts', of(WASM)],
  ['apps/sentiment/src/a.ts', of('node:fs')],
  ['apps/sentiment/src/a.ts', `await tf.setBackend('wasm');`],
  ...['tokenizer', 'bert', 'heads', 'train', 'tensorflow'].map((name): [string, string] => [
    'bench/src/a.ts',
    of(`@bertune/${name}`),
  ]),
  ['bench/src/deep/a.ts', of(WASM)],
  ['bench/src/deep/a.ts', of('../a.js')],
  ['bench/src/a.ts', of('node:fs')],
  ['bench/jest.config.mjs', of('../jest.config.base.mjs')],
  // tests
  ['packages/bert/test/a.test.ts', of('@bertune/testkit')],
  ['apps/sentiment/test/a.test.ts', of('@bertune/checks/examples')],
  ['packages/bert/test/a.test.ts', of(WASM)],
  ['packages/bert/test/a.test.ts', of('node:fs')],
  ['packages/bert/test/a.test.ts', of('fast-check')],
  ['packages/bert/test/a.test.ts', `await tf.setBackend('wasm');`],
  ['packages/bert/jest.config.mjs', of('../../jest.config.base.mjs')],
  ['apps/sentiment/test/a.test.ts', of('@bertune/testkit')],
];

describe('the layer rule', () => {
  it.each(FORBIDDEN)('refuses in %s: %s', async (file, code) => {
    const found = await complaints(file, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(/^bertune\/layers: /);
  });

  it.each(ALLOWED)('allows in %s: %s', async (file, code) => {
    expect(await complaints(file, code)).toEqual([]);
  });

  it('says what the layer may import', async () => {
    expect(await complaints('packages/heads/src/a.ts', of('@bertune/train'))).toEqual([
      "bertune/layers: '@bertune/train' is no arrow of ARCHITECTURE.md " +
        '(packages/heads may import @tensorflow/tfjs, @bertune/bert).',
    ]);
  });
});

describe('eslint.config.js', () => {
  const configured = new ESLint({ cwd: root });

  it.each(['packages/tokenizer', 'packages/bert', 'packages/heads', 'packages/train', 'apps/sentiment'])(
    'enforces the layer rule in %s',
    async (folder) => {
      for (const file of ['src/a.ts', 'src/deep/a.ts', 'test/a.test.ts']) {
        const config = (await configured.calculateConfigForFile(`${root}${folder}/${file}`)) as {
          rules: Record<string, [number]>;
        };
        expect(config.rules['bertune/layers'][0]).toBe(2);
      }
    },
  );

  it.each([
    'no-restricted-syntax',
    'max-lines',
    '@typescript-eslint/no-floating-promises',
    'jsdoc/require-jsdoc',
  ])('makes %s an error in libraries', async (rule) => {
    const config = (await configured.calculateConfigForFile(`${root}packages/bert/src/a.ts`)) as {
      rules: Record<string, [number]>;
    };
    expect(config.rules[rule][0]).toBe(2);
  });
});
