/** The sources as one minified module for browsers, resolved through the package's own `exports` and `imports`. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { build, type Plugin } from 'esbuild';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

type Target = string | { readonly browser?: string; readonly default?: string };

/** Bundles a module that may import the package by name; built-ins of Node in it are an error. */
export async function bundleForBrowser(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, loader: 'ts', resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    absWorkingDir: ROOT,
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
    write: false,
    plugins: [sources],
  });
  return outputFiles[0].text;
}

/** Where package.json points into `dist`, takes the source instead: tests must not depend on what was built last. */
const sources: Plugin = {
  name: 'sources',
  setup(bundler) {
    const { exports, imports } = JSON.parse(readFileSync(`${ROOT}package.json`, 'utf8')) as {
      exports: Record<string, Target>;
      imports: Record<string, Target>;
    };
    bundler.onResolve({ filter: /^(#|@bertune\/bert$)/ }, ({ path }) => {
      const target = path.startsWith('#') ? imports[path] : exports['.'];
      const file = typeof target === 'string' ? target : (target?.browser ?? target?.default);
      if (file === undefined) return { errors: [{ text: `package.json does not say where ${path} is` }] };
      return { path: ROOT + file.replace('./dist/', 'src/').replace(/\.js$/, '.ts'), sideEffects: false };
    });
  },
};
