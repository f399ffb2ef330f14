import type { Fold } from '../data/folds.js';
import { AppError } from '../errors.js';
import type { CommandValues } from '../options.js';

/** What a run is in a set of runs. */
export interface PartPlace {
  /** Seed of the split of the data, the same for all runs of the set. */
  readonly splitSeed: number;
  /** What is held out, in a cross-validation. */
  readonly fold?: Fold | undefined;
  /** Whether wrong labels are looked for. */
  readonly labelNoise: boolean;
  /** SHA-256 of all examples of the set; absent in its first run. */
  readonly data?: string | undefined;
}

/** Options of one run, and what it is a part of. */
export type PartValues = CommandValues<'train'> & { readonly part?: PartPlace | undefined };

/** One run of a set. */
export interface Part {
  /** `seed 7`, `fold 2`. */
  readonly name: string;
  /** Folder in that of the set. */
  readonly folder: string;
  /** Its options. */
  readonly values: PartValues & { readonly part: PartPlace };
}

/** A set of runs. */
export interface RepeatPlan {
  /** What differs between them. */
  readonly kind: 'seeds' | 'folds';
  /** The runs, at least two. */
  readonly parts: readonly Part[];
}

/** Folds where wrong labels are looked for and nothing else is asked for. */
const defaultFolds = 5;

/**
 * The runs that `--seeds`, `--folds` and `--label-noise` ask for.
 * @returns undefined for a single run
 * @throws AppError `usage` for options that contradict each other
 */
export function repeatPlan(values: CommandValues<'train'>): RepeatPlan | undefined {
  const { seed, seeds, labelNoise } = values;
  const folds = values.folds ?? (labelNoise ? defaultFolds : undefined);
  const single = { ...values, seeds: undefined, folds: undefined, labelNoise: false };
  if (seeds !== undefined) {
    if (folds !== undefined) {
      const other = values.folds === undefined ? '--label-noise' : '--folds';
      throw misused('--seeds', `no ${other} with it`, 'both', 'Leave one of them out.');
    }
    const chosen = typeof seeds === 'number' ? Array.from({ length: seeds }, (_, i) => seed + i) : seeds;
    const parts = chosen.map((each): Part => {
      const part = { splitSeed: seed, labelNoise };
      return { name: `seed ${each}`, folder: `seed-${each}`, values: { ...single, seed: each, part } };
    });
    return { kind: 'seeds', parts };
  }
  if (folds === undefined) return undefined;
  const asked = values.folds === undefined ? '--label-noise' : '--folds';
  const given = (['valid', 'test'] as const).find((key) => values[key] !== undefined);
  if (given) {
    const remedy = `Leave --${given} out: every fold is measured on the examples of --train that it did not learn from.`;
    throw misused(asked, `no --${given} with it`, 'both', remedy);
  }
  if (labelNoise && values.task === 'regression') throw noClasses();
  const parts = Array.from({ length: folds }, (_, i): Part => {
    const part = { splitSeed: seed, fold: { number: i + 1, of: folds }, labelNoise };
    return { name: `fold ${i + 1}`, folder: `fold-${i + 1}`, values: { ...single, part } };
  });
  return { kind: 'folds', parts };
}

/** The error where labels are numbers. */
export function noClasses(): AppError {
  const remedy = 'Leave --label-noise out: confident learning is about classes.';
  return misused('--label-noise', 'a task with classes', '--task regression', remedy);
}

function misused(where: string, expected: string, found: string, remedy: string): AppError {
  return new AppError('usage', { where, expected, found, remedy });
}
