import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, describe, expect, it } from '@jest/globals';

import { builtInReviews, words } from '../src/reviews.js';
import { hashSentences, sentenceHash, sentencesOf, vocabularyOf } from '../src/sentence-hashes.js';

const file = (name: string): Buffer => readFileSync(new URL(`../record/${name}`, import.meta.url));
const json = (name: string): Record<string, unknown> =>
  JSON.parse(file(name).toString()) as Record<string, unknown>;

/** Set phrases of several words that the corpus of bert-small-en has as sentences, once each, and a review as a part. */
const PHRASES = ['doesn t work at all', 'how can that be', 'works like a charm'];

const folder = mkdtempSync(join(tmpdir(), 'bertune-leak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the corpus that bert-small-en is pre-trained on (by the record of its sentences)', () => {
  const bytes = file('sentences.u32');
  const hashes = new Set(new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4));
  const reviews = builtInReviews();

  it('is the one of the sources, and its record was made for these reviews', () => {
    expect(json('sentences.json')).toMatchObject({
      corpus: json('sources.json').sha256,
      hashes: hashes.size,
      vocabulary: vocabularyOf(reviews).sha256,
    });
    expect(hashes.size).toBeGreaterThan(30_000);
  });

  it('has no built-in review as a sentence', () => {
    expect(reviews.length).toBeGreaterThan(2900);
    const whole = reviews.map((review) => words(review).join(' ')).filter(Boolean);
    expect(whole.filter((review) => review.includes(' ') && hashes.has(sentenceHash(review)))).toEqual([]);
  });

  it('has none of the sentences in them of more than a word, but for three set phrases', () => {
    const parts = new Set(reviews.flatMap(sentencesOf).filter((sentence) => sentence.includes(' ')));
    expect(parts.size).toBeGreaterThan(2900);
    expect([...parts].filter((part) => hashes.has(sentenceHash(part))).sort()).toEqual(PHRASES);
  });
});

describe('the record', () => {
  it('has every sentence that could be one of the reviews, however it is written', async () => {
    const corpus = join(folder, 'corpus.txt');
    writeFileSync(
      corpus,
      'The food: was GOOD! It rained.\n\nThe  food was bad.\nZebras graze.\nWas it good?\n',
    );
    const { words: vocabulary } = vocabularyOf(['The food was good, was it not?', 'bad']);
    const { sentences, hashes } = await hashSentences(corpus, vocabulary);
    expect(sentences).toBe(5);
    const expected = ['the food was good', 'the food was bad', 'was it good'].map(sentenceHash);
    expect([...hashes]).toEqual(expected.sort((a, b) => a - b));
  });
});
