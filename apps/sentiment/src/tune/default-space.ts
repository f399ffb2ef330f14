import { optionName } from '../option-kinds.js';
import { NO_MODEL } from '../model/model-names.js';
import type { CommandValues } from '../options.js';
import { resolveSettings } from '../training/settings.js';
import type { Dimension, SearchSpace } from './search-space.js';

/**
 * What is searched where `--search` is absent: around the defaults of `train`, less what the command line fixes.
 * @param given keys of the options on the command line
 */
export function defaultSpace(values: CommandValues<'train'>, given: ReadonlySet<string>): SearchSpace {
  const { learningRate, epochs } = resolveSettings(values);
  const rounded = (value: number): number => Number(value.toPrecision(3));
  const dimensions: Record<string, Dimension> = {
    learningRate: {
      kind: 'range',
      low: rounded(learningRate / 5),
      high: rounded(learningRate * 5),
      scale: 'log',
    },
    batchSize: { kind: 'choice', values: ['16', '32', '64'] },
    epochs: { kind: 'integers', low: Math.max(1, epochs - 1), high: epochs + 1 },
    dropout: { kind: 'choice', values: ['0', '0.1', '0.2'] },
    warmupRatio: { kind: 'choice', values: ['0', '0.06', '0.1', '0.2'] },
    freeze: { kind: 'choice', values: ['none', 'embeddings', '1'] },
  };
  const isOpen = (key: string): boolean =>
    !given.has(key) &&
    !(key === 'batchSize' && given.has('batchTokens')) &&
    !(key === 'freeze' && (values.model === NO_MODEL || given.has('loraRank') || given.has('unfreeze')));
  return Object.fromEntries(
    Object.entries(dimensions)
      .filter(([key]) => isOpen(key))
      .map(([key, dimension]) => [optionName(key), dimension]),
  );
}
