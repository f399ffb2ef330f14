import { files } from '#files';

import { isKerasConfig } from './config-keras-hub.js';
import { CheckpointError, ConfigError } from './errors.js';
import { readJson } from './pretrained-json.js';
import { findSavedModel } from './saved-model/find-saved-model.js';
import { savedModelTokenizer } from './saved-model/saved-model-tokenizer.js';

/** What a folder of TensorFlow or Keras says of the tokenizer that its weights were trained with. */
export interface StoredTokenizer {
  /** whose tokenizer it is: TensorFlow Text's in SavedModels, KerasHub's in its presets */
  readonly kind: 'saved-model' | 'keras-hub';
  /** path or address of the vocabulary: a token a line */
  readonly vocabularyFile: string;
  /** whether texts are lower-cased; undefined where the folder does not say it */
  readonly doLowerCase: boolean | undefined;
  /** whether accents are taken away; undefined where that follows from lower-casing */
  readonly stripAccents: boolean | undefined;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const flag = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined);

/** KerasHub's `tokenizer.json`, which has the name of another file of Hugging Face's. */
async function kerasTokenizer(directory: string): Promise<StoredTokenizer | undefined> {
  const path = files.join(directory, 'tokenizer.json');
  if (!(await files.exists(path))) return undefined;
  const json = await readJson(
    path,
    (cause) =>
      new ConfigError('not-json', path, [], `${path}: not JSON in UTF-8: ${String(cause)}`, { cause }),
  );
  if (!isKerasConfig(json) || !isObject(json)) return undefined;
  const config = isObject(json.config) ? json.config : {};
  const vocabularyFile = files.join(
    files.join(files.join(directory, 'assets'), 'tokenizer'),
    'vocabulary.txt',
  );
  if (!(await files.exists(vocabularyFile))) {
    const message = `${vocabularyFile}: no such file. The preset comes without its vocabulary: fetch it from where the preset is from.`;
    throw new CheckpointError('not-found', message, { file: vocabularyFile });
  }
  const doLowerCase = flag(config.lowercase);
  return { kind: 'keras-hub', vocabularyFile, doLowerCase, stripAccents: flag(config.strip_accents) };
}

/**
 * What a folder says of its tokenizer, where it is not Hugging Face's: a SavedModel's `assets/vocab.txt` and variable
 * `do_lower_case`, or a KerasHub preset's `tokenizer.json` and `assets/tokenizer/vocabulary.txt`.
 * @param source path of the folder; address in a browser
 * @returns undefined for every other folder
 * @throws CheckpointError `not-found` for a folder without its vocabulary, otherwise as `openCheckpoint`; ConfigError
 *   `not-json`
 */
export async function storedTokenizer(source: string): Promise<StoredTokenizer | undefined> {
  const keras = await kerasTokenizer(source);
  if (keras !== undefined) return keras;
  const savedModel = await findSavedModel(source);
  if (savedModel === undefined) return undefined;
  return { kind: 'saved-model', ...(await savedModelTokenizer(savedModel)), stripAccents: undefined };
}
