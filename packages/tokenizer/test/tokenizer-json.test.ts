/**
 * Forms of tokenizer.json, each against what Hugging Face's tokenizers makes of texts with it: test/golden/tokenizer-json.json.gz, by
 * tools/reference/tokenizer_json.py.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readGoldenJson } from '@bertune/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { BertTokenizer, TokenizerError } from '../src/index.js';
import type { Encoding } from '../src/index.js';
import { smallVocabulary } from './small-vocabulary.js';

interface Expected {
  text: string;
  pair?: string;
  error?: string;
  ids?: number[];
  type_ids?: number[];
  attention_mask?: number[];
  offsets?: [number, number][];
  special_tokens_mask?: number[];
  overflowing?: number[][];
}

interface Variant {
  name: string;
  prefix: string;
  file: { model: Record<string, unknown>; [section: string]: unknown };
  refused?: string;
  texts?: Expected[];
  pairs?: Expected[];
  batch?: number[][] | { error: string };
  decoded?: string;
}

const { variants } = readGoldenJson<{ variants: Variant[] }>(
  fileURLToPath(new URL('golden/tokenizer-json.json.gz', import.meta.url)),
);

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bertune-tokenizer-json-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function write({ prefix, file }: Variant): Promise<void> {
  const vocab = Object.fromEntries(
    smallVocabulary.map((token, id) => [token.startsWith('##') ? prefix + token.slice(2) : token, id]),
  );
  const full = { ...file, model: { ...file.model, vocab } };
  await writeFile(join(folder, 'tokenizer.json'), JSON.stringify(full));
}

function describeRow(encoding: Encoding): Omit<Expected, 'text' | 'pair'> {
  return {
    ids: [...encoding.inputIds],
    type_ids: [...encoding.tokenTypeIds],
    attention_mask: [...encoding.attentionMask],
    offsets: encoding.offsets.map(([start, end]) => [start, end]),
    special_tokens_mask: [...encoding.specialTokensMask],
    overflowing: encoding.overflowing.map((window) => [...window.inputIds]),
  };
}

function check(tokenizer: BertTokenizer, { text, pair, ...expected }: Expected): void {
  const run = (): Encoding =>
    tokenizer.encode(text, {
      offsetUnit: 'codepoint',
      returnOverflowingTokens: true,
      ...(pair === undefined ? {} : { pair }),
    });
  if (expected.error === undefined) {
    expect([text, describeRow(run())]).toEqual([text, expected]);
  } else {
    expect(run).toThrow(TokenizerError);
  }
}

describe('tokenizer.json', () => {
  it.each(variants.filter(({ refused }) => refused === undefined).map((item) => [item.name, item] as const))(
    'gives the ids of Hugging Face, also saved and read again: %s',
    async (_, item) => {
      await write(item);
      const read = await BertTokenizer.fromPretrained(folder);
      await rm(join(folder, 'tokenizer.json'));
      await read.savePretrained(folder);
      const again = await BertTokenizer.fromPretrained(folder);
      expect(again.settings).toEqual({ ...read.settings });
      for (const tokenizer of [read, again]) {
        for (const expected of [...(item.texts ?? []), ...(item.pairs ?? [])]) check(tokenizer, expected);
        const texts = (item.texts ?? []).slice(0, 6).map(({ text }) => text);
        if (Array.isArray(item.batch)) {
          expect(tokenizer.encodeAll(texts).map(({ inputIds }) => [...inputIds])).toEqual(item.batch);
        }
        const ids = smallVocabulary.map((_token, id) => id).filter((id) => id >= 5 && (id - 5) % 3 === 0);
        expect(tokenizer.decode(ids, { skipSpecialTokens: true })).toBe(item.decoded);
      }
    },
  );

  it.each(variants.filter(({ refused }) => refused !== undefined).map((item) => [item.name, item] as const))(
    'refuses what it cannot honour, naming the section: %s',
    async (_, item) => {
      await write(item);
      const loading = BertTokenizer.fromPretrained(folder);
      await expect(loading).rejects.toMatchObject({
        code: 'unsupported-section',
        details: { section: item.refused },
      });
      await expect(loading).rejects.toThrow(/tokenizer\.json: section \w+: expected .*, found .*\. \w+/);
    },
  );

  it('refuses another model', async () => {
    await writeFile(join(folder, 'tokenizer.json'), JSON.stringify({ model: { type: 'BPE', vocab: {} } }));
    await expect(BertTokenizer.fromPretrained(folder)).rejects.toMatchObject({
      code: 'unsupported-section',
      details: { section: 'model', found: 'BPE' },
    });
  });

  it('writes the sections truncation and padding, and a call can say otherwise', async () => {
    const tokenizer = new BertTokenizer(smallVocabulary, {
      encodeDefaults: {
        truncation: true,
        maxLength: 8,
        stride: 1,
        padding: 'max_length',
        padToMultipleOf: 4,
      },
      paddingSide: 'left',
    });
    await tokenizer.savePretrained(folder);
    const saved = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as Variant['file'];
    expect(saved.truncation).toEqual({
      direction: 'Right',
      max_length: 8,
      strategy: 'LongestFirst',
      stride: 1,
    });
    expect(saved.padding).toEqual({
      strategy: { Fixed: 8 },
      direction: 'Left',
      pad_to_multiple_of: 4,
      pad_id: tokenizer.padTokenId,
      pad_type_id: 0,
      pad_token: '[PAD]',
    });
    const loaded = await BertTokenizer.fromPretrained(folder);
    expect(loaded.encode('movie').inputIds).toHaveLength(8);
    expect(loaded.encodeBatch(['movie', 'the movie']).shape).toEqual([2, 8]);
    expect(loaded.encode('movie', { padding: false, truncation: false }).inputIds).toHaveLength(3);
    expect(loaded.encodeBatch(['movie', 'the movie'], { padding: true }).shape).toEqual([2, 4]);

    // as transformers would have saved them, whose tokenizers go by the call alone
    const config = JSON.parse(await readFile(join(folder, 'tokenizer_config.json'), 'utf8')) as object;
    await writeFile(
      join(folder, 'tokenizer_config.json'),
      JSON.stringify({ ...config, encode_defaults: undefined }),
    );
    const asTransformers = await BertTokenizer.fromPretrained(folder);
    expect(asTransformers.settings.encodeDefaults).toEqual({});
    expect(asTransformers.encode('movie').inputIds).toHaveLength(3);
    await rm(join(folder, 'tokenizer_config.json'));
    expect((await BertTokenizer.fromPretrained(folder)).encode('movie').inputIds).toHaveLength(8);
  });

  it('refuses defaults that no call could have', () => {
    expect(() => new BertTokenizer(smallVocabulary, { encodeDefaults: { maxLength: -1 } })).toThrow(
      /maxLength: expected a whole number/,
    );
  });
});
