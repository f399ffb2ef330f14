/**
 * Every path against the reference, with a small vocabulary of our own, so that a clone alone can run it.
 * Fixtures: test/golden, written by tools/reference/tokenizer.py (transformers 4.57.6, tokenizers 0.22.2, seed 0).
 */
import { describe, expect, it } from '@jest/globals';

import { onGeneralPath } from './paths.js';
import { checkDecodeCase, checkEncodeCase, failures, readCases } from './reference-cases.js';
import type { DecodeCase, EncodeCase } from './reference-cases.js';
import { casesFolder, tokenizerOf } from './reference-tokenizers.js';

describe('the reference, small vocabulary', () => {
  const encode = readCases<EncodeCase>(`${casesFolder}/encode.jsonl.gz`);
  const groups = [...new Set(encode.map(({ group }) => group))];

  it('covers every path', () => {
    expect(groups).toEqual(['text', 'pair', 'truncate', 'overflow', 'pad', 'batch', 'words', 'random']);
  });

  describe.each(['fast', 'general'])('%s path', (path) => {
    it.each(groups)('encodes: %s', (group) => {
      const cases = encode.filter((item) => item.group === group);
      const check = (item: EncodeCase): void => {
        const tokenizer = tokenizerOf(item.tok);
        checkEncodeCase(path === 'fast' ? tokenizer : onGeneralPath(tokenizer), item);
      };
      expect(failures(cases, check).slice(0, 10)).toEqual([]);
    });
  });

  it('decodes', () => {
    const cases = readCases<DecodeCase>(`${casesFolder}/decode.jsonl.gz`);
    expect(cases.length).toBeGreaterThan(500);
    expect(failures(cases, (item) => checkDecodeCase(tokenizerOf(item.tok), item)).slice(0, 10)).toEqual([]);
  });
});
