import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Example } from '../data/labels.js';
import type { Splits } from '../data/load-splits.js';
import { AppError } from '../errors.js';
import { NO_MODEL, SHIPPED_MODEL } from '../model/model-names.js';
import { optionName, type OptionTable, type Values } from '../option-kinds.js';
import { commands } from '../options.js';
import type { PartValues } from '../repeats/plan.js';
import type { Checkpoint } from './checkpoint.js';

type TrainValues = PartValues;

/** Options that name files: stored as absolute paths, since a run may be resumed from elsewhere. */
const paths = ['train', 'valid', 'test', 'teacher', 'unlabelled'] as const;

/** Options as a checkpoint stores them. */
export function storedOptions(
  values: TrainValues,
  cwd: string,
  backend: string | undefined,
): Record<string, unknown> {
  const absolute = paths.map((key): [string, string | undefined] => {
    const path = values[key];
    return [key, path === undefined ? undefined : resolve(cwd, path)];
  });
  const { classWeights, model } = values;
  return {
    ...values,
    ...Object.fromEntries<string | undefined>(absolute),
    model: storedModel(model, cwd),
    classWeights: typeof classWeights === 'string' ? classWeights : Object.fromEntries(classWeights),
    backend,
  };
}

/** An id, an address, a name of ours mean the same everywhere; a path does not. */
export function storedModel(model: string | undefined, cwd: string): string | undefined {
  if (model === NO_MODEL || model === SHIPPED_MODEL) return model;
  return model !== undefined && existsSync(resolve(cwd, model)) ? resolve(cwd, model) : model;
}

/**
 * The options of the run that is resumed. None may be given beside `--resume`: a run with others would not be that run.
 * @throws AppError `usage`
 */
export function resumedOptions(values: TrainValues, { options }: Checkpoint): TrainValues {
  refuseOthers(commands.train.options, values);
  return { ...restoredOptions(options), resume: values.resume };
}

/** Options that a file has stored, as the command line gave them. */
export function restoredOptions(options: Readonly<Record<string, unknown>>): TrainValues {
  const { classWeights } = options;
  // A run of an older version of this program lacks the options that are newer.
  const defaults = Object.entries(commands.train.options).map(
    ([key, option]) => [key, option.default] as const,
  );
  return {
    ...Object.fromEntries<unknown>(defaults),
    ...(options as unknown as TrainValues),
    classWeights:
      typeof classWeights === 'string'
        ? (classWeights as TrainValues['classWeights'])
        : new Map(Object.entries(classWeights as Record<string, number>)),
  };
}

/**
 * Makes sure that `--resume` stands alone.
 * @throws AppError `usage`
 */
export function refuseOthers<Table extends OptionTable>(options: Table, values: Values<Table>): void {
  const given = Object.entries(options).find(
    ([key, option]) => key !== 'resume' && values[key as keyof Table] !== option.default,
  );
  if (given) {
    throw new AppError('usage', {
      where: `--${optionName(given[0])}`,
      expected: 'no other option beside --resume',
      found: 'one',
      remedy:
        'The run goes on with its own options. To train on with others, start from its weights with --model.',
    });
  }
}

/** What is learnt of an example: in which row it stands is none of that. */
function contents({ row: _, ...example }: Example): Omit<Example, 'row'> {
  return example;
}

/**
 * SHA-256 of what is trained on and watched with.
 * @param teaching of the teacher and the texts without labels, where there is one
 */
export function dataFingerprint({ train, valid }: Splits, teaching?: string): string {
  const parts = [train.map(contents), valid.map(contents), ...(teaching === undefined ? [] : [teaching])];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** SHA-256 of all examples of a set of runs, however they are split. */
export function setFingerprint({ train, valid }: Splits): string {
  const all = [...train, ...valid].map((example) => JSON.stringify(contents(example)));
  return createHash('sha256').update(JSON.stringify(all.sort())).digest('hex');
}

/**
 * Makes sure that the runs of a set learn from the same examples.
 * @param expected that of its first run; undefined in this
 * @throws AppError `other-data`
 */
export function checkSameSet(expected: string | undefined, splits: Splits): void {
  if (expected === undefined || expected === setFingerprint(splits)) return;
  throw otherData();
}

function otherData(): AppError {
  return new AppError('other-data', {
    where: '--resume',
    expected: 'the examples the run began with',
    found: 'others: a data file has changed since, or the model that --teacher names',
    remedy: 'Put it back as it was, or start a new run from the weights with --model.',
  });
}

/**
 * @param fingerprint of the examples as they are now
 * @throws AppError `other-data`
 */
export function checkSameData(checkpoint: Checkpoint, fingerprint: string): void {
  if (fingerprint !== checkpoint.data) throw otherData();
}
