/**
 * The fidelities `google` and `tensorflow-text` against what their references gave: test/golden/fidelity-*.json, written by
 * tools/reference/tokenizer_google.py and tokenizer_tensorflow_text.py.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { BertTokenizer } from '../src/index.js';
import type { Fidelity } from '../src/index.js';
import { normalize } from '../src/text/normalizer.js';
import { splitWords } from '../src/general/split-words.js';
import { Vocabulary } from '../src/wordpiece/vocabulary.js';
import { wordPieces } from '../src/general/wordpiece.js';
import { smallVocabulary } from './small-vocabulary.js';

interface Case {
  lowercase: boolean;
  text: string;
  pair?: string;
  limit?: number;
  ids: number[];
  begins?: number[];
  ends?: number[];
}

interface Golden {
  fidelity: Fidelity;
  cases: Case[];
  code_points?: {
    block: number;
    skipped: [first: number, last: number][];
    settings: { lowercase: boolean; digests: string[] }[];
  };
}

function readCases(path: string | URL): Golden {
  return JSON.parse(readFileSync(path, 'utf8')) as Golden;
}

function normalized(text: string, fidelity: Fidelity, lowercase: boolean): readonly number[] {
  const settings = { fidelity, lowercase, stripAccents: lowercase, tokenizeChineseChars: true };
  return normalize(text, 0, text.length, settings).codePoints;
}

function words(text: string, fidelity: Fidelity, lowercase: boolean): readonly string[] {
  const codePoints = normalized(text, fidelity, lowercase);
  const found: string[] = [];
  splitWords(
    codePoints,
    (from, to) => found.push(String.fromCodePoint(...codePoints.slice(from, to))),
    fidelity,
  );
  return found;
}

/** Places of the pieces in the normalised text, in bytes of UTF-8, which is how tensorflow_text counts. */
function byteOffsets({ text, lowercase }: Case): { begins: number[]; ends: number[] } {
  const codePoints = normalized(text, 'tensorflow-text', lowercase);
  const bytes = [0];
  for (const c of codePoints) bytes.push((bytes.at(-1) ?? 0) + Buffer.byteLength(String.fromCodePoint(c)));
  const begins: number[] = [];
  const ends: number[] = [];
  const vocabulary = new Vocabulary(smallVocabulary);
  splitWords(
    codePoints,
    (from, to) => {
      const limit = { maxInputCharsPerWord: 100, wordLimitUnit: 'byte' } as const;
      for (const piece of wordPieces(codePoints, from, to, vocabulary, 1, 100, limit)) {
        const begin = bytes[from + piece.from] ?? -1;
        begins.push(begin);
        // The reference puts the end of a word that is too long where "[UNK]" would end.
        const tooLong = piece.unknown?.reason === 'too-long';
        ends.push(tooLong ? begin + 5 : (bytes[from + piece.to] ?? -1));
      }
    },
    'tensorflow-text',
  );
  return { begins, ends };
}

const extra = process.env.BERTUNE_FIDELITY_CASES;
const files: readonly (string | URL)[] = [
  ...['google', 'tensorflow-text'].map(
    (fidelity) => new URL(`golden/fidelity-${fidelity}.json`, import.meta.url),
  ),
  ...(extra === undefined ? [] : [extra]),
];

describe.each(files.map((file) => [String(file).split('/').at(-1), file] as const))('%s', (_, file) => {
  const { fidelity, cases, code_points: codePoints } = readCases(file);

  it('gives the reference\u2019s ids', () => {
    const wrong: unknown[] = [];
    const tokenizers = [true, false].map(
      (lowercase) => [lowercase, new BertTokenizer(smallVocabulary, { fidelity, lowercase })] as const,
    );
    const tokenizerOf = new Map(tokenizers);
    for (const item of cases) {
      const tokenizer = tokenizerOf.get(item.lowercase);
      if (tokenizer === undefined) throw new Error('no setting');
      const { pair, limit } = item;
      const { inputIds } = tokenizer.encode(item.text, {
        truncation: limit !== undefined,
        ...(limit === undefined ? {} : { maxLength: limit }),
        ...(pair === undefined ? {} : { pair }),
      });
      if (JSON.stringify([...inputIds]) !== JSON.stringify(item.ids))
        wrong.push({ ...item, found: [...inputIds] });
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(cases.length).toBeGreaterThan(400);
  });

  it('finds the pieces where the reference finds them', () => {
    for (const item of cases) {
      if (item.begins === undefined) continue;
      expect([item.text, byteOffsets(item)]).toEqual([item.text, { begins: item.begins, ends: item.ends }]);
    }
  });

  if (codePoints === undefined) return;
  it.each(codePoints.settings.map(({ lowercase, digests }) => [lowercase, digests] as const))(
    'keeps, drops, maps and splits every code point as the reference, lower-casing %s',
    (lowercase, digests) => {
      const skipped = new Set<number>();
      for (const [first, last] of codePoints.skipped) for (let c = first; c <= last; c += 1) skipped.add(c);
      const wrong = digests.flatMap((expected, block) => {
        if (expected === '') return [];
        const hash = createHash('sha256');
        for (let c = block * codePoints.block; c < (block + 1) * codePoints.block; c += 1) {
          if (!skipped.has(c))
            hash.update(`${words(`a${String.fromCodePoint(c)}b`, fidelity, lowercase).join(' ')}\n`);
        }
        return hash.digest('hex').slice(0, 16) === expected ? [] : [`U+${block.toString(16)}000`];
      });
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
