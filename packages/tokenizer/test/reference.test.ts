/**
 * Every path against the reference, with a small vocabulary of our own, so that a clone alone can run it.
 * Fixtures: test/golden, written by tools/reference/tokenizer.py (transformers 4.57.6, tokenizers 0.22.2, seed 0).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import type { AddedToken, BertTokenizerOptions } from '../src/index.js';
import { parseVocabulary } from '../src/files/pretrained-files.js';
import { checkDecodeCase, checkEncodeCase, failures, readCases } from './reference-cases.js';
import type { DecodeCase, EncodeCase } from './reference-cases.js';

interface Arguments {
  do_lower_case?: boolean;
  strip_accents?: boolean;
  tokenize_chinese_chars?: boolean;
  padding_side?: 'left' | 'right';
  truncation_side?: 'left' | 'right';
  model_max_length?: number;
  unk_token?: string;
  cls_token?: string;
  sep_token?: string;
  pad_token?: string;
  mask_token?: string;
  added_tokens?: (AddedToken & { single_word?: boolean })[];
}

const OPTION_NAMES: Record<Exclude<keyof Arguments, 'added_tokens'>, keyof BertTokenizerOptions> = {
  do_lower_case: 'lowercase',
  strip_accents: 'stripAccents',
  tokenize_chinese_chars: 'tokenizeChineseChars',
  padding_side: 'paddingSide',
  truncation_side: 'truncationSide',
  model_max_length: 'modelMaxLength',
  unk_token: 'unkToken',
  cls_token: 'clsToken',
  sep_token: 'sepToken',
  pad_token: 'padToken',
  mask_token: 'maskToken',
};

// Another folder written by the same script, e.g. with 20,000 random cases.
const folder = process.env.BERTUNE_TOKENIZER_CASES ?? fileURLToPath(new URL('golden', import.meta.url));
const about = JSON.parse(readFileSync(`${folder}/tokenizers.json`, 'utf8')) as {
  tokenizers: Record<string, Arguments>;
};
const vocabulary = parseVocabulary(readFileSync(`${folder}/vocab.txt`, 'utf8'));
const tokenizers = new Map(
  Object.entries(about.tokenizers).map(([name, { added_tokens = [], ...rest }]) => {
    const options = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [OPTION_NAMES[key as keyof typeof OPTION_NAMES], value]),
    );
    const addedTokens = added_tokens.map(({ single_word = false, ...token }) => ({
      ...token,
      singleWord: single_word,
    }));
    return [name, new BertTokenizer(vocabulary, { ...options, addedTokens })] as const;
  }),
);

function tokenizerOf(name: string): BertTokenizer {
  const tokenizer = tokenizers.get(name);
  if (tokenizer === undefined) throw new Error(`no tokenizer ${name}`);
  return tokenizer;
}

describe('the reference, small vocabulary', () => {
  const encode = readCases<EncodeCase>(`${folder}/encode.jsonl.gz`);
  const groups = [...new Set(encode.map(({ group }) => group))];

  it('covers every path', () => {
    expect(groups).toEqual(['text', 'pair', 'truncate', 'overflow', 'pad', 'batch', 'words', 'random']);
  });

  it.each(groups)('encodes: %s', (group) => {
    const cases = encode.filter((item) => item.group === group);
    expect(failures(cases, (item) => checkEncodeCase(tokenizerOf(item.tok), item)).slice(0, 10)).toEqual([]);
  });

  it('decodes', () => {
    const cases = readCases<DecodeCase>(`${folder}/decode.jsonl.gz`);
    expect(cases.length).toBeGreaterThan(500);
    expect(failures(cases, (item) => checkDecodeCase(tokenizerOf(item.tok), item)).slice(0, 10)).toEqual([]);
  });
});
