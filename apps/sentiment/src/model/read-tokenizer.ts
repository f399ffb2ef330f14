import { access, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { storedTokenizer, type StoredTokenizer } from '@bertune/bert';
import { BertTokenizer, TokenizerError } from '@bertune/tokenizer';

/** A tokenizer, and what had to be concluded because the files do not say it. */
export interface ReadTokenizer {
  readonly tokenizer: BertTokenizer;
  /** lines to print */
  readonly notes: readonly string[];
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/**
 * Whether a vocabulary was made from lower-cased texts: no token but special ones, in brackets, has a letter that
 * lower-casing would change. A cased model's texts must keep their capitals, and an uncased one knows no word that has
 * any (bert-base-uncased has a ℝ, which is a capital and has no small form).
 */
export function isLowerCased(vocabulary: readonly string[]): boolean {
  return !vocabulary.some((token) => !/^(\[.*\]|<.*>)$/.test(token) && token !== token.toLowerCase());
}

/** Tokens of a file with one a line. Lines end at `\n` only: the Chinese vocabulary has U+2028 as a token. */
async function readVocabulary(file: string): Promise<string[]> {
  const bytes = await readFile(file);
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TokenizerError('not-utf-8', `${file}: expected UTF-8, found other bytes.`, { file, cause });
  }
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((line) => line.replace(/\r$/, ''));
}

async function fromVocabulary(
  file: string,
  { doLowerCase, stripAccents }: Partial<StoredTokenizer>,
): Promise<ReadTokenizer> {
  const vocabulary = await readVocabulary(file);
  const lowercase = doLowerCase ?? isLowerCased(vocabulary);
  const why = lowercase
    ? 'no token has a capital, so texts are lower-cased'
    : 'tokens have capitals, so texts keep theirs';
  return {
    tokenizer: new BertTokenizer(vocabulary, {
      lowercase,
      ...(stripAccents === undefined ? {} : { stripAccents }),
    }),
    notes: doLowerCase === undefined ? [`tokenizer: ${file} alone does not say it: ${why}`] : [],
  };
}

/**
 * Reads the tokenizer that lies with a model: Hugging Face's files, Google's `vocab.txt` alone, `assets/vocab.txt` of a
 * SavedModel, `assets/tokenizer/vocabulary.txt` of a KerasHub preset.
 * @param model folder, file in it, or prefix of a checkpoint in it
 * @throws TokenizerError, `file-missing` where there is none; CheckpointError
 */
export async function readTokenizer(model: string): Promise<ReadTokenizer> {
  const isFolder = (await stat(model).catch(() => undefined))?.isDirectory() === true;
  const directory = isFolder ? model : dirname(model);
  const [vocabulary, json, config] = await Promise.all(
    ['vocab.txt', 'tokenizer.json', 'tokenizer_config.json'].map((name) => exists(join(directory, name))),
  );
  // KerasHub has a tokenizer.json, too, which is not Hugging Face's; and a vocab.txt at the top comes before assets.
  const stored = vocabulary ? undefined : await storedTokenizer(directory);
  const lone = [join(directory, 'assets', 'tokenizer', 'vocabulary.txt'), join(directory, 'vocab.txt')];
  if (stored) return fromVocabulary(stored.vocabularyFile, stored);
  if (!json && !config) for (const file of lone) if (await exists(file)) return fromVocabulary(file, {});
  return { tokenizer: await BertTokenizer.fromPretrained(directory), notes: [] };
}
