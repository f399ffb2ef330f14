/** Bundles and starts the fuzzer: `node test/fuzz/run.mjs --count 1000000 --seed 1`. Sources, not what was built. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));

const seeds = {};
for (const folder of ['fuzz', 'hdf5', 'pickle', 'tensor-bundle']) {
  const path = join(root, 'test/golden', folder);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isFile()) seeds[`${folder}/${entry.name}`] = readFileSync(join(path, entry.name), 'base64');
  }
}

const outdir = mkdtempSync(join(tmpdir(), 'bertune-fuzz-'));
try {
  await build({
    entryPoints: ['command.ts', 'worker.ts', 'names.ts'].map((name) => join(root, 'test/fuzz', name)),
    absWorkingDir: root,
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    alias: { '#files': join(root, 'test/fuzz/memory-files.ts') },
    // Packages in the old form ask for Node's modules by `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    define: { SEED_FILES: JSON.stringify(seeds) },
  });
  const at = (name) => pathToFileURL(join(outdir, name));
  const { main } = await import(at('command.mjs'));
  const names = await import(at('names.mjs'));
  const print = (line) => process.stdout.write(`${line}\n`);
  process.exitCode = await main(process.argv.slice(2), at('worker.mjs'), names, print);
} finally {
  rmSync(outdir, { recursive: true });
}
