#!/usr/bin/env node
/*
 * Starts the command line from a clone: builds what has changed, then runs it in this process, so that signals,
 * standard streams and the exit code are simply its own (on Windows too). Relative paths mean INIT_CWD.
 */
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const app = dirname(dirname(fileURLToPath(import.meta.url)));
const require = createRequire(import.meta.url);

/** Builds the app and the packages under it. Silent unless it takes long or fails. */
async function build() {
  const turbo = join(dirname(require.resolve('turbo/package.json')), 'bin', 'turbo');
  const args = ['run', 'build', '--filter', 'sentiment...', '--output-logs', 'errors-only', '--no-color'];
  const child = spawn(process.execPath, [turbo, ...args], {
    cwd: join(app, '..', '..'),
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' },
  });
  const slow = setTimeout(() => process.stderr.write('building...\n'), 1500);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  }
  const status = await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(signal ?? code));
  });
  clearTimeout(slow);
  if (status !== 0) {
    process.stderr.write(`${output}\nerror: the build failed (${status}). Its messages are above.\n`);
    process.exit(1);
  }
}

// A training of `tune` ends with the process that started it, however that one ends.
if (process.env.BERTUNE_PARENT && process.channel) {
  process.on('disconnect', () => process.exit(1));
  process.channel.unref();
}
if (!process.env.BERTUNE_NO_BUILD) await build();
const { main } = await import(pathToFileURL(join(app, 'dist', 'main.js')).href);
process.exitCode = await main(process.argv.slice(2));
