/**
 * Directories of every age, each against what transformers' AutoTokenizer makes of it: test/golden/directories.json.gz, by
 * tools/reference/tokenizer_directories.py.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readGoldenJson } from '@bertune/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import { smallVocabulary } from './small-vocabulary.js';

interface Directory {
  name: string;
  files: Record<string, unknown>;
  rows: { text: string; ids: number[]; decoded: string }[];
}

const { directories } = readGoldenJson<{ directories: Directory[] }>(
  fileURLToPath(new URL('golden/directories.json.gz', import.meta.url)),
);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bertune-directories-'));
  await writeFile(join(folder, 'vocab.txt'), smallVocabulary.map((token) => `${token}\n`).join(''));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function rowsOf(tokenizer: BertTokenizer, texts: readonly string[]): Directory['rows'] {
  return texts.map((text) => {
    const ids = [...tokenizer.encode(text).inputIds];
    const decoded = tokenizer.decode(ids, { skipSpecialTokens: true, cleanUpTokenizationSpaces: false });
    return { text, ids, decoded };
  });
}

describe('directories without tokenizer.json', () => {
  it.each(directories.map((item) => [item.name, item] as const))(
    'give the ids of transformers, also saved and read again: %s',
    async (_, { files, rows }) => {
      for (const [name, content] of Object.entries(files)) {
        await writeFile(join(folder, name), JSON.stringify(content));
      }
      const texts = rows.map(({ text }) => text);
      const read = await BertTokenizer.fromPretrained(folder);
      expect(rowsOf(read, texts)).toEqual(rows);
      await Promise.all(Object.keys(files).map((name) => rm(join(folder, name))));
      await read.savePretrained(folder);
      const again = await BertTokenizer.fromPretrained(folder);
      expect(rowsOf(again, texts)).toEqual(rows);
      expect(new Set(again.addedTokens)).toEqual(new Set(read.addedTokens));
    },
  );

  it('reads the tokens of transformers 5, as a list or by name', async () => {
    for (const extra of [
      ['<one>', '<two>'],
      { first: '<one>', second: { content: '<two>', rstrip: true } },
    ]) {
      const config = { extra_special_tokens: extra, tokenizer_class: 'BertTokenizer' };
      await writeFile(join(folder, 'tokenizer_config.json'), JSON.stringify(config));
      const tokenizer = await BertTokenizer.fromPretrained(folder);
      const size = smallVocabulary.length;
      expect([tokenizer.idOf('<one>'), tokenizer.idOf('<two>')]).toEqual([size, size + 1]);
      expect(tokenizer.encode('a<two>').tokens).toEqual(['[CLS]', 'a', '<two>', '[SEP]']);
    }
  });
});
