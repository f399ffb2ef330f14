import { join } from 'node:path';

import { type LoraOptions, readLoraConfig } from '@bertune/bert';

import { AppError } from '../errors.js';
import { commands } from '../options.js';
import { NO_MODEL } from '../model/model-names.js';
import { optionName } from '../option-kinds.js';
import { adapterFolder, type Checkpoint } from './checkpoint.js';
import type { TrainSettings } from './settings.js';

/** Options that say something of LoRA only. */
const details = ['loraAlpha', 'loraDropout', 'loraTargets', 'loraBias'] as const;

/**
 * What `--lora-rank` and the options beside it describe; of a run that is resumed, what its checkpoint says.
 * @throws AppError `usage` for options that contradict each other
 */
export async function loraOf(
  settings: TrainSettings,
  checkpoint: Checkpoint | undefined,
): Promise<LoraOptions | undefined> {
  const { loraRank, loraAlpha, loraDropout, loraTargets, loraBias } = settings;
  if (loraRank === undefined) {
    const given = details.find((key) => settings[key] !== commands.train.options[key].default);
    if (given)
      throw misused(`--${optionName(given)}`, '--lora-rank with it', 'none', 'Add --lora-rank 8, for one.');
    return undefined;
  }
  if (settings.model === NO_MODEL) {
    const remedy =
      'Name one with --model, or leave it out: there is nothing to adapt in a model from scratch.';
    throw misused('--lora-rank', 'a pre-trained model', NO_MODEL, remedy);
  }
  if (settings.freeze !== 'none') {
    const remedy = 'Leave one of them out: with LoRA all weights but those of the head stay as they are.';
    throw misused('--freeze', 'no --lora-rank with it', 'both', remedy);
  }
  if (checkpoint) return readLoraConfig(join(checkpoint.directory, adapterFolder));
  return {
    rank: loraRank,
    alpha: loraAlpha ?? loraRank,
    dropout: loraDropout,
    targets: loraTargets === 'all-linear' ? loraTargets : loraTargets.split(','),
    bias: loraBias,
  };
}

function misused(where: string, expected: string, found: string, remedy: string): AppError {
  return new AppError('usage', { where, expected, found, remedy });
}
