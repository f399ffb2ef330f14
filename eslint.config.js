import js from '@eslint/js';
import jsdoc from 'eslint-plugin-jsdoc';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { layerRule } from './tools/checks/eslint/index.mjs';

const TYPESCRIPT = ['{packages,apps,tools,bench}/**/*.ts'];
const LIBRARY = ['packages/*/src/**/*.ts'];
const TESTS = ['**/test/**/*.ts', 'tools/checks/pack/**/*.ts'];

/** A default export has no name to search for, and `export *` hides what a package offers. */
const NAMED_EXPORTS = [
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  { selector: 'ExportAllDeclaration', message: 'List the exported names.' },
];

export default defineConfig(
  globalIgnores(['**/dist/', '**/etc/', '**/coverage/', '**/.docs-check-*/', '**/*.d.mts', 'runs/']),
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    name: 'bertune/scripts',
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['console', 'process', 'URL', 'setTimeout', 'clearTimeout', 'Buffer', 'fetch'].map((name) => [
          name,
          'readonly',
        ]),
      ),
    },
  },
  layerRule,
  {
    name: 'bertune/typescript',
    files: TYPESCRIPT,
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: [
          'packages/*/tsconfig.test.json',
          'apps/*/tsconfig.test.json',
          'tools/*/tsconfig.test.json',
          'bench/tsconfig.test.json',
        ],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      'max-lines': ['error', 350],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      // Numbers are printed as they are; everything else must be made a string on purpose.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      // An index may be out of range and the compiler does not say so (`noUncheckedIndexedAccess` is off).
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Spreading a string yields code points, which is what a BERT tokenizer counts.
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['string'] }],
      // Naming a type at the call reads better than asserting it on the result.
      '@typescript-eslint/no-unnecessary-type-parameters': 'off',
      // It asks for `!`, which the strict rules forbid.
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // `tf.mul(a, b) as tf.Tensor2D` states the rank, which TensorFlow.js leaves open, where a reader looks for it.
      '@typescript-eslint/no-unnecessary-type-assertion': [
        'error',
        { typesToIgnore: ['tf.Scalar', ...[1, 2, 3, 4].map((rank) => `tf.Tensor${rank}D`)] },
      ],
      // An object type fits `Record<string, X>`, an interface does not: both have their place.
      '@typescript-eslint/consistent-type-definitions': 'off',
      // TensorFlow.js and our own ports hand out functions that need no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // It takes every ArrayLike for an iterable.
      '@typescript-eslint/prefer-for-of': 'off',
      // Writing `() => dispose()` for its effect is clear enough.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    name: 'bertune/libraries',
    files: LIBRARY,
    plugins: { jsdoc },
    settings: { jsdoc: { mode: 'typescript' } },
    rules: {
      'no-console': 'error',
      'no-restricted-syntax': ['error', ...NAMED_EXPORTS],
      'jsdoc/require-jsdoc': [
        'error',
        {
          publicOnly: true,
          require: { ClassDeclaration: true, FunctionDeclaration: true, MethodDefinition: false },
          contexts: [
            'TSInterfaceDeclaration',
            'TSTypeAliasDeclaration',
            'ExportNamedDeclaration > VariableDeclaration',
          ],
          checkConstructors: false,
        },
      ],
      'jsdoc/check-tag-names': ['error', { definedTags: ['remarks', 'packageDocumentation'] }],
      'jsdoc/no-types': 'error',
    },
  },
  {
    name: 'bertune/libraries-run-in-browsers',
    files: LIBRARY,
    ignores: ['**/*.node.ts', 'packages/tensorflow/**'],
    rules: {
      'no-restricted-globals': [
        'error',
        ...['process', 'Buffer', 'require', '__dirname', '__filename', 'global', 'setImmediate'].map(
          (name) => ({
            name,
            message: 'Libraries run in browsers too; Node belongs in `*.node.ts`.',
          }),
        ),
      ],
    },
  },
  {
    name: 'bertune/tests',
    files: TESTS,
    rules: {
      // A wrong index in a test is a failing test; `!` keeps the expectation readable.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
    },
  },
);
