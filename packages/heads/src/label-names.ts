import type { PretrainedConfig } from '@bertune/bert';

import { HeadError } from './errors.js';

/** `id2label` and `label2id` of a `config.json`, for names in the order of their ids. */
export function labelMaps(
  names: readonly string[],
): Record<'id2label' | 'label2id', Record<string, unknown>> {
  return {
    id2label: Object.fromEntries(names.map((name, id) => [String(id), name])),
    label2id: Object.fromEntries(names.map((name, id) => [name, id])),
  };
}

/**
 * Names in the order of their ids, from a `config.json`.
 * @returns undefined where the file has no `id2label`
 * @throws HeadError `wrong-task` when ids are not 0, 1, 2, …
 */
export function labelNames({ extra, source }: PretrainedConfig): string[] | undefined {
  const map: unknown = extra.id2label;
  if (map === undefined || map === null) return undefined;
  const names = Object.entries(map)
    .map(([id, name]): [number, unknown] => [Number(id), name])
    .sort(([a], [b]) => a - b);
  if (names.length === 0 || names.some(([id, name], i) => id !== i || typeof name !== 'string')) {
    throw new HeadError(
      'wrong-task',
      `${source}: id2label: expected names for the ids 0, 1, 2, …, found ${JSON.stringify(map)}.`,
    );
  }
  return names.map(([, name]) => name as string);
}
