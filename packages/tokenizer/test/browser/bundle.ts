/** The sources as minified modules for browsers, resolved through the package's own `exports` and `imports`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const NAME = '@bertune/tokenizer';

type Target = string | { readonly browser?: string; readonly default?: string };

/** What came out. */
export interface Bundle {
  /** ES modules, minified, by their paths on a server; those beside `entry` are imported by it, at once or when needed */
  readonly modules: Readonly<Record<string, string>>;
  /** paths of what a page loads at first: the entry and what it imports at once */
  readonly first: readonly string[];
  /** bytes that each file takes in them, by its path from the package, largest first */
  readonly files: readonly (readonly [file: string, bytes: number])[];
}

/**
 * Bundles a module written in TypeScript, which may import the package by name; relative imports start in this folder.
 * What is imported on demand becomes modules of its own, as with every bundler but esbuild left to itself.
 * @param entry path of the result, `/tokenizer.js`
 */
export async function bundleForBrowser(entry: string, contents: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    absWorkingDir: ROOT,
    bundle: true,
    splitting: true,
    outdir: ROOT,
    entryNames: entry.replace(/^\/|\.js$/g, ''),
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
  const { outputs } = metafile;
  const first = new Set([entry.slice(1)]);
  for (const name of first) {
    for (const { kind, path } of outputs[name]?.imports ?? [])
      if (kind === 'import-statement') first.add(path);
  }
  const sizes = [...first].flatMap((name) => Object.entries(outputs[name]?.inputs ?? {}));
  return {
    modules: Object.fromEntries(outputFiles.map(({ path, text }) => [`/${path.slice(ROOT.length)}`, text])),
    first: [...first].map((name) => `/${name}`),
    files: sizes
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
