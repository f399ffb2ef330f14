#!/usr/bin/env node
/* Builds what has changed, then runs one benchmark: `node bench/scripts/launch.mjs train-step --json figures.json`. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('../../', import.meta.url));

if (!process.env.BERTUNE_NO_BUILD) {
  const args = ['run', 'build', '--filter', '@bertune/bench...', '--output-logs', 'errors-only'];
  // Standard output is for figures.
  const { status } = spawnSync(process.execPath, [join(root, 'tools', 'checks', 'turbo.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(1);
}

const { main } = await import(pathToFileURL(join(root, 'bench', 'dist', 'main.js')).href);
process.exitCode = await main(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  env: process.env,
  // Package managers run scripts in the package's folder and leave the user's own here.
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
