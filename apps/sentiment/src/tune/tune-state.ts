import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { AppError } from '../errors.js';
import { writeFileAtomic } from '../write-file.js';
import type { SearchSpace } from './search-space.js';
import type { Trial } from './trials.js';

/** A search as it stands: what `tune.json` holds. */
export interface TuneState {
  readonly format: 1;
  readonly method: 'asha' | 'random';
  readonly eta: number;
  /** How many trials there shall be. */
  readonly count: number;
  readonly parallel: number;
  readonly searchSeed: number;
  readonly space: SearchSpace;
  /** Figure asked for. */
  readonly metric: string | undefined;
  /** Command line of every training, without what is searched, the test examples and the output. */
  readonly argv: readonly string[];
  /** Command line of the last training alone. */
  readonly testArgv: readonly string[];
  readonly earlyStopping: boolean;
  /** Folder that relative paths of the command lines start from. */
  readonly cwd: string;
  /** Those that have ended. */
  readonly trials: readonly Trial[];
}

const file = 'tune.json';

/** Writes it under a temporary name first, so that it is always whole. */
export async function writeTuneState(directory: string, state: TuneState): Promise<void> {
  await writeFileAtomic(join(directory, file), `${JSON.stringify(state, null, 1)}\n`);
}

/** @throws AppError `missing-file`, `broken-checkpoint` */
export async function readTuneState(directory: string): Promise<TuneState> {
  const path = join(directory, file);
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new AppError('missing-file', {
      where: '--resume',
      expected: `a folder of sentiment tune, with ${file}`,
      found: `none at ${path}`,
      remedy: 'Name the folder that the search said it was written to.',
      cause,
    });
  });
  try {
    const state = JSON.parse(text) as Partial<TuneState>;
    if (state.format === 1 && Array.isArray(state.trials) && Array.isArray(state.argv)) {
      return state as TuneState;
    }
  } catch {
    // said below
  }
  throw new AppError('broken-checkpoint', {
    where: path,
    expected: 'JSON as this version of the program wrote it',
    found: 'something else',
    remedy: 'Start the search anew in another folder.',
  });
}
