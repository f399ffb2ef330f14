import { describe, expect, it } from '@jest/globals';

import { packedTexts } from '../../src/pre-training/packed-texts.js';
import { segmentPairs, type TokenizedDocument } from '../../src/pre-training/segment-pairs.js';

/** Documents whose ids count up, so that where a token is from and what follows it can be read off: 1000 d + n. */
function documents(count: number, sentences: number, length: number): TokenizedDocument[] {
  return Array.from({ length: count }, (_, document) =>
    Array.from({ length: sentences }, (_unused, sentence) =>
      Int32Array.from(
        { length: length + (sentence % 3) },
        (_token, at) => 1000 * (document + 1) + sentence * 20 + at,
      ),
    ),
  );
}

const documentOf = (id: number): number => Math.floor(id / 1000);

describe('segmentPairs', () => {
  const corpus = documents(40, 12, 5);
  const pairs = Array.from({ length: 10 }, (_, pass) => [
    ...segmentPairs(corpus, { maxLength: 40, seed: 7, pass }),
  ]).flat();

  it('fits into the length and is never empty', () => {
    for (const { first, second } of pairs) {
      expect(first.length).toBeGreaterThan(0);
      expect(second.length).toBeGreaterThan(0);
      expect(first.length + second.length + 3).toBeLessThanOrEqual(40);
    }
  });

  it('follows in the same document, or comes from another one', () => {
    for (const { first, second, isRandomNext } of pairs) {
      const [a, b] = [documentOf(first[0]), documentOf(second[0])];
      if (isRandomNext) expect(b).not.toBe(a);
      else {
        expect(b).toBe(a);
        expect(second[0]).toBeGreaterThan(first[first.length - 1]);
      }
    }
  });

  it('is random in a half of the pairs, and in all where documents are one sentence', () => {
    const share = pairs.filter(({ isRandomNext }) => isRandomNext).length / pairs.length;
    // single-sentence chunks at the end of a document are always random
    expect(share).toBeGreaterThan(0.45);
    expect(share).toBeLessThan(0.62);
    const single = [...segmentPairs(documents(30, 1, 6), { maxLength: 40 })];
    expect(single).toHaveLength(30);
    expect(single.every(({ isRandomNext }) => isRandomNext)).toBe(true);
    const never = [...segmentPairs(documents(9, 10, 6), { maxLength: 60, randomNextProbability: 0 })];
    // one sentence that is left over has nothing after it
    expect(never.filter(({ first, isRandomNext }) => isRandomNext && first.length > 8)).toEqual([]);
    expect(never.some(({ isRandomNext }) => !isRandomNext)).toBe(true);
  });

  it('uses every sentence as a first or second segment where nothing is cut off', () => {
    const short = [...segmentPairs(corpus, { maxLength: 400, shortSequenceProbability: 0 })];
    const seen = new Set(short.flatMap(({ first, second }) => [...first, ...second]));
    const all = corpus.flat().flatMap((sentence) => [...sentence]);
    expect(all.filter((id) => !seen.has(id))).toEqual([]);
  });

  it('fills the length but for short documents: nearly no padding', () => {
    const long = [...segmentPairs(documents(10, 45, 6), { maxLength: 64, shortSequenceProbability: 0 })];
    const full = long.filter(({ first, second }) => first.length + second.length + 3 === 64);
    expect(full.length / long.length).toBeGreaterThan(0.75);
  });

  it('makes some documents into short pairs', () => {
    const some = [
      ...segmentPairs(documents(400, 20, 5), { maxLength: 64, shortSequenceProbability: 0.1, seed: 3 }),
    ];
    const byDocument = new Map<number, number>();
    for (const { first, second } of some) {
      const document = documentOf(first[0]);
      byDocument.set(document, Math.max(byDocument.get(document) ?? 0, first.length + second.length));
    }
    const short = [...byDocument.values()].filter((longest) => longest < 50).length;
    expect(short).toBeGreaterThan(400 * 0.04);
    expect(short).toBeLessThan(400 * 0.14);
  });

  it('depends on seed and pass alone', () => {
    const once = JSON.stringify([...segmentPairs(corpus, { seed: 1, pass: 2 })]);
    expect(JSON.stringify([...segmentPairs(corpus, { seed: 1, pass: 2 })])).toBe(once);
    expect(JSON.stringify([...segmentPairs(corpus, { seed: 1, pass: 3 })])).not.toBe(once);
    expect(JSON.stringify([...segmentPairs(corpus, { seed: 2, pass: 2 })])).not.toBe(once);
  });

  it('loses tokens at both ends of the longer segment', () => {
    const two = [[Int32Array.from({ length: 90 }, (_, at) => at), Int32Array.of(200)], [Int32Array.of(300)]];
    const starts = new Set<number>();
    const lengths = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const [pair] = segmentPairs(two, { maxLength: 43, shortSequenceProbability: 0, seed });
      expect(pair.first.length + pair.second.length).toBe(40);
      starts.add(pair.first[0]);
      lengths.add(pair.first.length);
    }
    expect(starts.size).toBeGreaterThan(4);
    expect(Math.min(...starts)).toBeGreaterThan(0);
    expect([...lengths]).toEqual([39]);
  });

  it.each([
    ['maxLength', { maxLength: 4 }],
    ['shortSequenceProbability', { shortSequenceProbability: 1.5 }],
    ['seed', { seed: -1 }],
  ])('refuses %s', (name, options) => {
    expect(() => [...segmentPairs(corpus, options)]).toThrow(new RegExp(name));
  });

  it('refuses a corpus of one document, saying what to do', () => {
    expect(() => [...segmentPairs([corpus[0], [], [new Int32Array()]])]).toThrow(
      /at least two .* found 1.*empty lines/,
    );
  });
});

describe('packedTexts', () => {
  const corpus = documents(30, 7, 5);

  it('fills every text', () => {
    const texts = [...packedTexts(corpus, { maxLength: 34, sepTokenId: 3 })];
    expect(texts.every((text) => text.length === 32)).toBe(true);
    const tokens = corpus.flat().reduce((sum, { length }) => sum + length, 0) + corpus.length - 1;
    expect(texts).toHaveLength(Math.floor(tokens / 32));
  });

  it('keeps every document whole and in order, with [SEP] between', () => {
    const stream = [...packedTexts(corpus, { maxLength: 9, sepTokenId: 3 })].flatMap((text) => [...text]);
    const found = stream.join(' ').split(' 3 ');
    const whole = new Set(corpus.map((document) => document.flatMap((sentence) => [...sentence]).join(' ')));
    expect(found.slice(0, -1).filter((document) => !whole.has(document))).toEqual([]);
    expect(found).toHaveLength(30);
  });

  it('packs differently in each pass', () => {
    const of = (pass: number): string =>
      JSON.stringify([...packedTexts(corpus, { sepTokenId: 3, pass, maxLength: 34 })]);
    expect(of(0)).toBe(of(0));
    expect(of(0)).not.toBe(of(1));
  });
});
