import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import { smallVocabulary, specialTokens } from './small-vocabulary.js';

const TEXT = 'The <ent> movie was [MASK] unwanted Café 中文';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bertune-tokenizer-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write(files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
}

const vocabText = `${[...specialTokens, 'movie', '##s'].join('\n')}\n`;

describe('savePretrained', () => {
  it.each([
    ['defaults', {}],
    ['cased', { lowercase: false, stripAccents: true, modelMaxLength: 64, cleanUpTokenizationSpaces: false }],
    ['sides', { paddingSide: 'left' as const, truncationSide: 'left' as const, tokenizeChineseChars: false }],
    [
      'own special tokens',
      { unkToken: '<unk>', clsToken: '<s>', sepToken: '</s>', padToken: '<pad>', maskToken: '<mask>' },
    ],
    ['no mask', { maskToken: null }],
    ['added', { addedTokens: [{ content: '<ent>', special: true, lstrip: true }, { content: 'Café' }] }],
  ])('is undone by fromPretrained: %s', async (_, options) => {
    const tokenizer = new BertTokenizer(smallVocabulary, options);
    const target = join(folder, 'deep', 'er');
    await tokenizer.savePretrained(target);
    expect((await readdir(target)).sort()).toEqual([
      'special_tokens_map.json',
      'tokenizer.json',
      'tokenizer_config.json',
      'vocab.txt',
    ]);
    const loaded = await BertTokenizer.fromPretrained(target);
    expect(loaded.settings).toEqual(tokenizer.settings);
    expect(new Set(loaded.addedTokens)).toEqual(new Set(tokenizer.addedTokens));
    expect(loaded.encode(TEXT)).toEqual(tokenizer.encode(TEXT));
    await rm(join(target, 'vocab.txt'));
    const fromJson = await BertTokenizer.fromPretrained(target);
    expect(fromJson.vocabulary).toEqual(smallVocabulary);
    expect(fromJson.encode(TEXT)).toEqual(tokenizer.encode(TEXT));
  });

  it('says why it cannot write, and leaves nothing half-written', async () => {
    await write({ file: 'in the way' });
    const tokenizer = new BertTokenizer(smallVocabulary);
    await expect(tokenizer.savePretrained(join(folder, 'file'))).rejects.toMatchObject({
      code: 'file-write',
    });
    await mkdir(join(folder, 'tokenizer.json.d'));
    await expect(new BertTokenizer([...specialTokens, 'a\nb']).savePretrained(folder)).rejects.toMatchObject({
      code: 'file-write',
    });
    // A folder where tokenizer.json should go: rename fails, temporary files must go.
    await mkdir(join(folder, 'tokenizer.json'));
    await expect(tokenizer.savePretrained(folder)).rejects.toMatchObject({ code: 'file-write' });
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('fromPretrained', () => {
  it('reads a vocabulary alone, with either line ending, and U+2028 as a token', async () => {
    await write({ 'vocab.txt': vocabText.replace('##s', '\u2028').replaceAll('\n', '\r\n') });
    const tokenizer = await BertTokenizer.fromPretrained(folder);
    expect(tokenizer.vocabulary).toEqual([...specialTokens, 'movie', '\u2028']);
    expect(tokenizer.settings.lowercase).toBe(true);
    expect(tokenizer.settings.cleanUpTokenizationSpaces).toBe(true);
  });

  it('reads the older files: special_tokens_map.json and added_tokens.json', async () => {
    await write({
      'vocab.txt': vocabText.replace('[MASK]', '<m>'),
      'tokenizer_config.json': JSON.stringify({ do_lower_case: false, model_max_length: 1e30 }),
      'special_tokens_map.json': JSON.stringify({
        mask_token: { content: '<m>', lstrip: true },
        additional_special_tokens: ['<late>', { content: '<early>', single_word: true }],
      }),
      'added_tokens.json': JSON.stringify({ '<late>': 8, '<early>': 7, plain: 9 }),
    });
    const tokenizer = await BertTokenizer.fromPretrained(folder);
    expect(tokenizer.maskTokenId).toBe(4);
    expect(tokenizer.settings).toMatchObject({ lowercase: false, modelMaxLength: undefined });
    expect(tokenizer.decode(tokenizer.encode('movie <late> <m> plain <early>').inputIds)).toBe(
      '[CLS] movie <late> <m> plain <early> [SEP]',
    );
    expect(tokenizer.vocabularySize).toBe(10);
  });

  it.each<[string, Record<string, string | Uint8Array>, string, RegExp]>([
    ['an empty folder', {}, 'file-missing', /expected vocab\.txt/],
    ['an empty vocabulary', { 'vocab.txt': '' }, 'empty-vocabulary', /found none/],
    ['bytes that are not UTF-8', { 'vocab.txt': Uint8Array.of(0x5b, 0xff, 0xfe) }, 'not-utf-8', /vocab\.txt/],
    [
      'a vocabulary that lacks [SEP]',
      { 'vocab.txt': vocabText.replace('[SEP]\n', '') },
      'missing-special-token',
      /\[SEP\]/,
    ],
    [
      'broken JSON',
      { 'vocab.txt': vocabText, 'tokenizer_config.json': '{' },
      'bad-file',
      /tokenizer_config\.json/,
    ],
    [
      'JSON of another kind',
      { 'vocab.txt': vocabText, 'tokenizer_config.json': '[]' },
      'bad-file',
      /JSON object/,
    ],
    [
      'a wrong type',
      { 'vocab.txt': vocabText, 'tokenizer_config.json': '{"do_lower_case": "no"}' },
      'bad-file',
      /do_lower_case/,
    ],
    [
      'a wrong side',
      { 'vocab.txt': vocabText, 'tokenizer_config.json': '{"padding_side": "up"}' },
      'bad-file',
      /padding_side/,
    ],
    [
      'a gap in the ids',
      { 'tokenizer.json': '{"model": {"vocab": {"a": 0, "b": 2}}}' },
      'bad-file',
      /1 has none/,
    ],
    [
      'an added token whose id does not fit',
      { 'vocab.txt': vocabText, 'added_tokens.json': '{"<x>": 12}' },
      'added-token-id',
      /should have the id 12/,
    ],
  ])('refuses %s', async (_, files, code, message) => {
    await write(files);
    const loading = BertTokenizer.fromPretrained(folder);
    await expect(loading).rejects.toMatchObject({ code });
    await expect(loading).rejects.toThrow(message);
  });

  it('names the folder that is not there', async () => {
    await expect(BertTokenizer.fromPretrained(join(folder, 'none'))).rejects.toMatchObject({
      code: 'file-missing',
    });
  });
});

describe('the saved files', () => {
  it('hold vocabulary lines and ids as transformers writes them', async () => {
    await new BertTokenizer(smallVocabulary).savePretrained(folder);
    expect(await readFile(join(folder, 'vocab.txt'), 'utf8')).toBe(
      smallVocabulary.map((token) => `${token}\n`).join(''),
    );
    const json = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as {
      model: { vocab: Record<string, number> };
    };
    expect(Object.entries(json.model.vocab).sort(([, a], [, b]) => a - b)).toEqual(
      smallVocabulary.map((token, id) => [token, id]),
    );
  });
});
