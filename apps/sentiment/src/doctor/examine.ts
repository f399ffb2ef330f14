import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

import {
  cacheDirectory,
  findTensorFlow,
  planTensorFlow,
  verifyCached,
  type Attempt,
  type TensorFlowLibrary,
} from '@bertune/tensorflow/library';

import type { BackendName } from '../backend.js';
import { downloadPolicy } from '../native/download-policy.js';
import { nativeVersions, versions } from '../versions.js';
import { advise } from './advise.js';
import { lookAtMachine, type Machine } from './machine.js';
import { tryBackend, type Trial } from './try-backend.js';

/** Everything `sentiment doctor` finds out. */
export interface Examination {
  /** What a run without `--backend` computes with; `undefined` when nothing works. */
  readonly backend: BackendName | undefined;
  /** The native library that works. */
  readonly library: TensorFlowLibrary | undefined;
  /** Every place that was looked at, with what became of it. */
  readonly attempts: readonly Attempt[];
  /** How the backends fared, each in a process of its own. */
  readonly trials: Readonly<Partial<Record<BackendName, Trial>>>;
  /** This computer. */
  readonly machine: Machine;
  /** Versions by package. */
  readonly versions: Readonly<Record<string, string>>;
  /** The cache. */
  readonly cache: { readonly directory: string; readonly bytes: number };
  /** What would be fetched here, and whether a training does so unasked. */
  readonly download: { readonly allowed: boolean; readonly why: string; readonly what: string };
  /** What to do to go faster, the best first; empty when there is nothing. */
  readonly advice: readonly string[];
}

async function folderBytes(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) sum += await folderBytes(path);
    else sum += (await stat(path).catch(() => undefined))?.size ?? 0;
  }
  return sum;
}

function planText(): string {
  try {
    return planTensorFlow().what;
  } catch (error) {
    return `nothing: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Tries one library after the other until one works, as a run would. */
async function tryLibraries(
  environment: NodeJS.ProcessEnv,
): Promise<Pick<Examination, 'library' | 'attempts'> & { readonly trial: Trial | undefined }> {
  const rejected = new Map<string, string>();
  let last: Trial | undefined;
  for (;;) {
    const { library, attempts } = await findTensorFlow({ environment, rejected, everywhere: true });
    if (!library) return { library, attempts, trial: last };
    const damage = library.source === 'cache' ? await verifyCached(library.directory) : undefined;
    last = damage === undefined ? await tryBackend('tensorflow', library) : { works: false, why: damage };
    if (last.works) return { library, attempts, trial: last };
    rejected.set(library.core, last.why);
  }
}

/**
 * Finds out what computes here and why. Loads libraries in child processes only.
 * @param environment variables to read
 */
export async function examine(environment: NodeJS.ProcessEnv): Promise<Examination> {
  const { library, attempts, trial } = await tryLibraries(environment);
  const trials = {
    ...(trial && { tensorflow: trial }),
    wasm: await tryBackend('wasm'),
    cpu: await tryBackend('cpu'),
  };
  const order = ['tensorflow', 'wasm', 'cpu'] as const;
  const directory = cacheDirectory(environment);
  const found = {
    backend: order.find((name) => trials[name]?.works),
    library,
    attempts,
    trials,
    machine: await lookAtMachine(),
    versions: {
      ...versions(),
      ...nativeVersions(),
      ...(trial?.works && trial.version !== undefined && { TensorFlow: trial.version }),
    },
    cache: { directory, bytes: await folderBytes(directory) },
    download: { ...downloadPolicy(environment), what: planText() },
  };
  return { ...found, advice: advise(found, environment) };
}
