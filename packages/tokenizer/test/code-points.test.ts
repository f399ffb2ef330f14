/**
 * Every code point, in all four settings. Digests by tools/reference/tokenizer_code_points.py (tokenizers 0.22.2);
 * the full tables, which name the code point that differs, lie in ../shared.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { readGoldenJson, sharedPath } from '@bertune/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

import { wordsAround } from './words-around.js';

interface Digests {
  block: number;
  settings: Record<string, { lowercase: boolean; stripAccents: boolean | null; digests: string[] }>;
}

interface CodePointTable {
  runs: [first: number, last: number, kind: string][];
  maps: Record<string, string[]>;
}

const reference = JSON.parse(
  readFileSync(new URL('golden/code-points.json', import.meta.url), 'utf8'),
) as Digests;
const tables = sharedPath('golden/tokenizer/codepoints');

/** Calls `visit` with the words the table gives for each code point. */
function readTable(table: CodePointTable, visit: (codePoint: number, words: string) => void): void {
  let next = 0;
  for (const [first, last, kind] of table.runs) {
    expect(first).toBe(next);
    next = last + 1;
    for (let c = first; c <= last; c += 1) {
      const text = String.fromCodePoint(c);
      if (kind === 'm') visit(c, (table.maps[c] ?? []).join(' '));
      else if (kind === 'k') visit(c, `a${text}b`);
      else if (kind === 's') visit(c, 'a b');
      else if (kind === 'i') visit(c, `a ${text} b`);
      // d: dropped; e: the reference cannot take a lone surrogate, ours drops it.
      else visit(c, 'ab');
    }
  }
  expect(next).toBe(0x110000);
}

describe.each(Object.entries(reference.settings))(
  'code points, %s',
  (name, { lowercase, stripAccents, digests }) => {
    const found: string[] = [];

    beforeAll(() => {
      for (let c = 0; c < 0x110000; c += 1) found.push(wordsAround(c, lowercase, stripAccents ?? lowercase));
    }, 60_000);
    afterAll(() => {
      found.length = 0;
    });

    it('are kept, dropped, mapped and split as in the reference (digests)', () => {
      const blocks = digests.map((_, index) =>
        createHash('sha256')
          .update(found.slice(index * reference.block, (index + 1) * reference.block).join('\n') + '\n')
          .digest('hex')
          .slice(0, 16),
      );
      expect(blocks).toHaveLength(0x110000 / reference.block);
      expect(blocks).toEqual(digests);
    });

    const full = tables === undefined ? it.skip : it;
    full('agree with the full table (needs ../shared: golden tables)', () => {
      const wrong: string[] = [];
      readTable(readGoldenJson<CodePointTable>(`${tables}/${name}.fast.json.gz`), (c, words) => {
        if (found[c] !== words) wrong.push(`U+${c.toString(16)}: expected ${words}, found ${found[c]}`);
      });
      expect(wrong.slice(0, 20)).toEqual([]);
    });
  },
);
