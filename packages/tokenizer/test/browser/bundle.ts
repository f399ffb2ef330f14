/** The sources as one minified module for browsers, resolved through the package's own `exports` and `imports`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAME = '@bertune/tokenizer';

type Target = string | { readonly browser?: string; readonly default?: string };

/** What came out. */
export interface Bundle {
  /** ES module, minified */
  readonly code: string;
  /** bytes that each file takes in it, by its path from the package, largest first */
  readonly files: readonly (readonly [file: string, bytes: number])[];
}

/** Bundles a module written in TypeScript, which may import the package by name; relative imports start in this folder. */
export async function bundleForBrowser(contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    conditions: ['browser'],
    legalComments: 'none',
    write: false,
    metafile: true,
    plugins: [sources],
  });
  const inputs = Object.values(metafile.outputs)[0]?.inputs ?? {};
  return {
    code: outputFiles[0]?.text ?? '',
    files: Object.entries(inputs)
      .map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const)
      .sort(([, a], [, b]) => b - a),
  };
}

/** Where package.json points into `dist`, takes the source instead: tests must not depend on what was built last. */
const sources: Plugin = {
  name: 'sources',
  setup(bundler) {
    const { exports, imports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
      exports: Record<string, Target>;
      imports: Record<string, Target>;
    };
    bundler.onResolve({ filter: /^(#|@bertune\/tokenizer(\/|$))/ }, ({ path }) => {
      const target = path.startsWith('#') ? imports[path] : exports[path.replace(NAME, '.')];
      const file = typeof target === 'string' ? target : (target?.browser ?? target?.default);
      if (file === undefined) return { errors: [{ text: `package.json does not say where ${path} is` }] };
      return { path: ROOT + file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'), sideEffects: false };
    });
  },
};
