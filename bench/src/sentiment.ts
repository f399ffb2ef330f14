import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

import { type ChildResult, type ChildRequest, failed, runChild } from './child.js';

const LAUNCHER = join(
  dirname(createRequire(import.meta.url).resolve('sentiment/package.json')),
  'scripts',
  'launch.mjs',
);

/** Runs one command of the app, as built, in a process of its own. @throws BenchError `side-failed` */
export async function runSentiment(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ChildResult> {
  const request: ChildRequest = {
    name: 'sentiment',
    command: process.execPath,
    args: [LAUNCHER, ...args],
    env: { BERTUNE_NO_BUILD: '1', INIT_CWD: undefined, ...env },
  };
  const child = await runChild(request);
  if (child.status !== 0) throw failed(request, child);
  return child;
}

/** The part of a training's `run.json` that is used here. */
export interface RunJson {
  /** what computed, and why that */
  readonly backend: { readonly name: string; readonly reason: string };
  /** of Node and the packages */
  readonly versions: Readonly<Record<string, string>>;
  /** of the training alone */
  readonly trainingSeconds: number;
  /** figures on the validation examples */
  readonly result: { readonly report: { readonly accuracy: number; readonly examples: number } };
}

/** Reads the record of a training. */
export function readRun(directory: string): RunJson {
  return JSON.parse(readFileSync(join(directory, 'run.json'), 'utf8')) as RunJson;
}
