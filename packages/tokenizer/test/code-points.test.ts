/** Every code point, in all four settings, against the reference's tables. */
import { readGoldenJson, sharedPath } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { normalize } from '../src/normalizer.js';
import { splitWords } from '../src/pre-tokenizer.js';

interface CodePointTable {
  settings: { lowercase: boolean; strip_accents: boolean | null };
  runs: [first: number, last: number, kind: string][];
  maps: Record<string, string[]>;
}

const root = sharedPath('golden/tokenizer/codepoints');
const run = root === undefined ? describe.skip : describe;

/** What becomes of `a{c}b`, in the words of the tables. */
function classify(codePoint: number, lowercase: boolean, stripAccents: boolean): string {
  const text = `a${String.fromCodePoint(codePoint)}b`;
  const { codePoints } = normalize(text, 0, text.length, { lowercase, stripAccents, tokenizeChineseChars: true });
  const words: string[] = [];
  splitWords(codePoints, (from, to) => words.push(String.fromCodePoint(...codePoints.slice(from, to))));
  return words.join(' ');
}

run.each(['uncased', 'cased', 'uncased-keep-accents', 'cased-strip-accents'])(
  'code points, %s (needs ../shared: golden tables)',
  (name) => {
    it('are kept, dropped, mapped and split as in the reference', () => {
      const table = readGoldenJson<CodePointTable>(`${root}/${name}.fast.json.gz`);
      const { lowercase, strip_accents } = table.settings;
      const wrong: string[] = [];
      let next = 0;
      for (const [first, last, kind] of table.runs) {
        expect(first).toBe(next);
        next = last + 1;
        for (let c = first; c <= last; c += 1) {
          const text = String.fromCodePoint(c);
          // Class e: the reference cannot take a lone surrogate; ours drops it.
          const expected =
            kind === 'm'
              ? table.maps[c]?.join(' ')
              : { k: `a${text}b`, d: 'ab', e: 'ab', s: 'a b', i: `a ${text} b` }[kind];
          const found = classify(c, lowercase, strip_accents ?? lowercase);
          if (found !== expected) wrong.push(`U+${c.toString(16)} ${kind}: ${expected} != ${found}`);
        }
      }
      expect(next).toBe(0x110000);
      expect(wrong.slice(0, 20)).toEqual([]);
    });
  },
);
