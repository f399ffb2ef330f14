import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { SaveFormat } from '@bertune/bert';
import type { BertTokenizer } from '@bertune/tokenizer';

import { writeFileAtomic } from '../write-file.js';

/** KerasHub's description of its tokenizer, beside `assets/tokenizer/vocabulary.txt`. */
function kerasHubTokenizer({ settings, unkTokenId, tokenOf }: KerasSource): object {
  return {
    module: 'keras_hub.src.models.bert.bert_tokenizer',
    class_name: 'BertTokenizer',
    config: {
      name: 'bert_tokenizer',
      trainable: true,
      dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'int32' }, registered_name: null },
      config_file: 'tokenizer.json',
      vocabulary: null,
      sequence_length: null,
      lowercase: settings.lowercase,
      strip_accents: settings.stripAccents ?? settings.lowercase,
      split: true,
      suffix_indicator: '##',
      oov_token: tokenOf(unkTokenId),
      special_tokens: null,
      special_tokens_in_strings: false,
    },
    registered_name: 'keras_hub>BertTokenizer',
  };
}

interface KerasSource {
  readonly settings: BertTokenizer['settings'];
  readonly unkTokenId: number;
  readonly tokenOf: (id: number) => string | undefined;
}

/** Writes a tokenizer as the tool of a format looks for it. Names of the files. */
export async function writeTokenizer(
  directory: string,
  tokenizer: BertTokenizer,
  format: SaveFormat,
): Promise<readonly string[]> {
  if (format === 'safetensors' || format === 'tf-h5') {
    await tokenizer.savePretrained(directory);
    return ['vocab.txt', 'tokenizer.json', 'tokenizer_config.json', 'special_tokens_map.json'];
  }
  const lines = tokenizer.vocabulary.map((token) => `${token}\n`).join('');
  if (format === 'google') {
    await writeFileAtomic(join(directory, 'vocab.txt'), lines);
    return ['vocab.txt'];
  }
  const assets = join(directory, 'assets', 'tokenizer');
  await mkdir(assets, { recursive: true });
  await writeFileAtomic(join(assets, 'vocabulary.txt'), lines);
  const { settings, unkTokenId } = tokenizer;
  const json = kerasHubTokenizer({ settings, unkTokenId, tokenOf: (id) => tokenizer.tokenOf(id) });
  await writeFileAtomic(join(directory, 'tokenizer.json'), `${JSON.stringify(json, null, 4)}\n`);
  return ['assets/tokenizer/vocabulary.txt', 'tokenizer.json'];
}
