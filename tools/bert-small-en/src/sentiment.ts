import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const launcher = join(
  dirname(createRequire(import.meta.url).resolve('sentiment/package.json')),
  'scripts',
  'launch.mjs',
);

/** Runs one command of the app, as built. @throws Error with its status; it has written why */
export function runSentiment(args: readonly string[]): void {
  const env = { ...process.env, BERTUNE_NO_BUILD: '1', INIT_CWD: undefined };
  const { status } = spawnSync(process.execPath, [launcher, ...args], { stdio: ['ignore', 2, 2], env });
  if (status !== 0) throw new Error(`sentiment ${args.join(' ')} ended with ${status}.`);
}
