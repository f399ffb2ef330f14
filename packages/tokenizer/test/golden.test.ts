/** Every case the reference wrote with the official vocabularies, which lie outside the repository. */
import { readFileSync } from 'node:fs';

import { readGoldenJson, sharedPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import { parseVocabulary } from '../src/files/pretrained-files.js';
import { onGeneralPath } from './paths.js';
import { checkDecodeCase, checkEncodeCase, failures, readCases } from './reference-cases.js';
import type { DecodeCase, EncodeCase } from './reference-cases.js';

interface TokenizerDescription {
  vocab: string;
  do_lower_case: boolean;
  strip_accents: boolean | null;
  tokenize_chinese_chars: boolean;
  padding_side: 'left' | 'right';
  truncation_side: 'left' | 'right';
}

const root = sharedPath('golden/tokenizer');
const run = root === undefined ? describe.skip : describe;

run('golden cases (needs ../shared: official vocabularies)', () => {
  const tokenizers = new Map<string, BertTokenizer>();
  const tokenizerOf = (name: string): BertTokenizer => {
    const known = tokenizers.get(name);
    if (known !== undefined) return known;
    const all = readGoldenJson<{ tokenizers: Record<string, TokenizerDescription> }>(
      `${root}/tokenizers.json`,
    );
    const description = all.tokenizers[name];
    if (description === undefined) throw new Error(`no tokenizer ${name}`);
    const vocabulary = parseVocabulary(readFileSync(`${root}/vocab/${description.vocab}`, 'utf8'));
    const made = new BertTokenizer(vocabulary, {
      lowercase: description.do_lower_case,
      stripAccents: description.strip_accents,
      tokenizeChineseChars: description.tokenize_chinese_chars,
      paddingSide: description.padding_side,
      truncationSide: description.truncation_side,
    });
    tokenizers.set(name, made);
    tokenizers.set(`${name}, general`, onGeneralPath(made));
    return made;
  };

  it.each(['fast', 'general'])('encodes every case on the %s path', (path) => {
    const cases = readCases<EncodeCase>(`${root}/encode.jsonl.gz`);
    expect(cases.length).toBeGreaterThanOrEqual(3151);
    const check = (item: EncodeCase): void => {
      const fast = tokenizerOf(item.tok);
      checkEncodeCase(path === 'fast' ? fast : (tokenizers.get(`${item.tok}, general`) ?? fast), item);
    };
    expect(failures(cases, check)).toEqual([]);
  });

  it('decodes every case', () => {
    const cases = readCases<DecodeCase>(`${root}/decode.jsonl.gz`);
    expect(cases.length).toBeGreaterThanOrEqual(756);
    expect(failures(cases, (item) => checkDecodeCase(tokenizerOf(item.tok), item))).toEqual([]);
  });
});
