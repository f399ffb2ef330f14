import { resolveDistillation } from '../distillation/distillation-options.js';
import type { CommandValues } from '../options.js';
import { optionName } from '../option-kinds.js';
import { NO_MODEL, SHIPPED_MODEL } from '../model/model-names.js';
import { fromScratch, lowRank, preTrained, shipped } from './defaults.js';

/** Options of a training with nothing left open but what may be absent. */
export type TrainSettings = Omit<CommandValues<'train'>, 'epochs' | 'learningRate'> & {
  /** Passes over the training examples. */
  readonly epochs: number;
  /** Learning rate at its highest. */
  readonly learningRate: number;
};

/** Fills in what depends on where the weights come from. */
export function resolveSettings(values: CommandValues<'train'>): TrainSettings {
  const defaults = defaultsOf(values);
  return {
    ...values,
    ...resolveDistillation(values),
    epochs: values.epochs ?? defaults.epochs,
    learningRate: values.learningRate ?? defaults.learningRate,
  };
}

function defaultsOf({ model, loraRank }: CommandValues<'train'>): { epochs: number; learningRate: number } {
  if (model === NO_MODEL) return fromScratch;
  if (loraRank !== undefined) return lowRank;
  return model === SHIPPED_MODEL ? shipped : preTrained;
}

function written(value: unknown): string {
  if (value instanceof Map) return [...value].map(([name, weight]) => `${name}=${weight}`).join(',');
  const text = String(value);
  return /^[\w./:@%+,=-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Options as they would be written on a command line; absent ones and flags that are off are left out. */
export function writtenOptions(options: Readonly<Record<string, unknown>>): string {
  return Object.entries(options)
    .filter(([, value]) => value !== undefined && value !== false)
    .map(([key, value]) => `--${optionName(key)}${value === true ? '' : ` ${written(value)}`}`)
    .join(' ');
}
