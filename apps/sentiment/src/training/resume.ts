import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Splits } from '../data/load-splits.js';
import { AppError } from '../errors.js';
import { NO_MODEL, SHIPPED_MODEL } from '../model/model-names.js';
import { optionName, type OptionTable, type Values } from '../option-kinds.js';
import { commands, type CommandValues } from '../options.js';
import type { Checkpoint } from './checkpoint.js';

type TrainValues = CommandValues<'train'>;

/** Options that name files: stored as absolute paths, since a run may be resumed from elsewhere. */
const paths = ['train', 'valid', 'test'] as const;

/** Options as a checkpoint stores them. */
export function storedOptions(values: TrainValues, cwd: string, backend: string): Record<string, unknown> {
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
    resume: values.resume,
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

/** SHA-256 of what is trained on and watched with. */
export function dataFingerprint({ train, valid }: Splits): string {
  return createHash('sha256')
    .update(JSON.stringify([train, valid]))
    .digest('hex');
}

/**
 * @param fingerprint of the examples as they are now
 * @throws AppError `other-data`
 */
export function checkSameData(checkpoint: Checkpoint, fingerprint: string): void {
  if (fingerprint === checkpoint.data) return;
  throw new AppError('other-data', {
    where: '--resume',
    expected: 'the examples the run began with',
    found: 'others: a data file has changed since',
    remedy: 'Put the file back as it was, or start a new run from the weights with --model.',
  });
}
