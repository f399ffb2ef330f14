import {
  Bert,
  type BertOptions,
  encoderParameters,
  linearParameters,
  loadVariables,
  type LoadVariablesOptions,
  type PretrainedConfig,
  type SavePretrainedOptions,
  saveVariables,
} from '@bertune/bert';
import type * as tf from '@tensorflow/tfjs';

import { HeadError } from './errors.js';
import { CLASSIFIER, type SequenceHead } from './sequence-head.js';

/** Class of `transformers` that opens a saved sequence head. */
const ARCHITECTURE = 'BertForSequenceClassification';

/** Key of our own beside `id2label`, which names the positive label of a binary problem only. */
export const NEGATIVE_LABEL = 'negative_label';

/** An encoder and the parameters of the dense layer above it. */
export interface LoadedHead {
  readonly bert: Bert;
  /** `classifier.weight` [D, C] and `classifier.bias` [C] */
  readonly classifier: Map<string, tf.Variable>;
}

/**
 * Loads an encoder with the dense layer of a sequence head. The layer must be in the checkpoint unless
 * `allowMissing` lists `classifier`.
 * @param columns C, logits of the head
 */
export async function loadSequenceHead(
  directory: string,
  { config, extra }: PretrainedConfig,
  columns: number,
  { recompute, ...options }: LoadVariablesOptions & BertOptions,
): Promise<LoadedHead> {
  const specs = new Map([
    ...encoderParameters(config, true),
    ...linearParameters(CLASSIFIER, config.hiddenSize, columns),
  ]);
  const { parameters } = await loadVariables(directory, specs, config, options);
  const isHead = ([name]: [string, tf.Variable]): boolean => name.startsWith(`${CLASSIFIER}.`);
  const encoder = new Map([...parameters].filter((entry) => !isHead(entry)));
  return {
    bert: new Bert(config, encoder, extra, { recompute }),
    classifier: new Map([...parameters].filter(isHead)),
  };
}

/**
 * Saves encoder and head as a folder that `transformers` opens as `BertForSequenceClassification`.
 * @param meaning keys of `config.json` that say what the logits mean
 */
export async function saveSequenceHead(
  directory: string,
  head: SequenceHead,
  meaning: Readonly<Record<string, unknown>>,
  options: SavePretrainedOptions,
): Promise<void> {
  const { config, extra } = head.bert;
  const specs = new Map([
    ...encoderParameters(config, true),
    ...linearParameters(CLASSIFIER, config.hiddenSize, head.columns),
  ]);
  await saveVariables(directory, head.parameters, specs, {
    ...options,
    config,
    architecture: ARCHITECTURE,
    // What a former head wrote into the file must not speak for this one.
    extra: { ...extra, [NEGATIVE_LABEL]: undefined, ...meaning },
  });
}

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
