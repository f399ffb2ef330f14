/** Runs `command.ts` on any Node: `node test/fuzz/run.mjs --count 1000000 --seed 1`. Sources, not what was built. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const { outputFiles } = await build({
  entryPoints: [`${root}test/fuzz/command.ts`],
  absWorkingDir: root,
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  target: 'es2022',
  write: false,
  // Files and threads take no part; all fidelities do.
  plugins: [
    {
      name: 'ports',
      setup: (bundler) => {
        bundler.onResolve({ filter: /^#fidelities$/ }, () => ({
          path: `${root}src/text/fidelities.node.ts`,
        }));
        bundler.onResolve({ filter: /^#/ }, ({ path, pluginData }) =>
          pluginData === undefined
            ? bundler.resolve(path, { kind: 'import-statement', resolveDir: root, pluginData: {} })
            : undefined,
        );
      },
    },
  ],
  conditions: ['browser'],
});
const folder = mkdtempSync(join(tmpdir(), 'bertune-fuzz-'));
const file = join(folder, 'command.mjs');
try {
  writeFileSync(file, outputFiles[0].contents);
  const { main } = await import(pathToFileURL(file));
  process.exitCode = main(process.argv.slice(2), (line) => process.stdout.write(`${line}\n`));
} finally {
  rmSync(folder, { recursive: true });
}
