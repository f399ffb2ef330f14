import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

import { buildCorpus } from '../src/build-corpus.js';
import { plainText } from '../src/extract/paragraphs.js';
import { bounded, isProse, normalize } from '../src/prose.js';
import { builtInReviews, containsAny } from '../src/reviews.js';
import type { Source } from '../src/source.js';
import { SOURCES } from '../src/sources.js';

const sentence = 'It was the best of times, it was the worst of times, and we had everything before us.';

describe('prose', () => {
  it.each([
    [sentence, true],
    ['int main(int argc, char **argv) { return 0; }', false],
    ['Wir haben nichts zu verlieren als unsere Ketten, und eine Welt zu gewinnen.', false],
    ['Too short.', false],
    ['0001 0010 0011 0100 0101 0110 0111 1000 1001 the of and', false],
  ])('%j', (text, expected) => {
    expect(isProse(text)).toBe(expected);
  });

  it('is written in plain quotes and dashes', () => {
    expect(normalize('\u201cIt\u2019s\u201d \u2014 _so_\u200b\tthere\u2026')).toBe(`"It's" - so there...`);
  });

  it('is cut at sentences where it is too long for a line', () => {
    const long = `${sentence} `.repeat(200).trim();
    const pieces = [...bounded(long)];
    expect(pieces.join(' ')).toBe(long);
    expect(pieces.every((piece) => piece.length <= 4000 && piece.endsWith('.'))).toBe(true);
  });
});

describe('containsAny', () => {
  const contains = containsAny(['Great for the jawbone.', 'Not good.']);
  it.each([
    ['He said: great for   THE jawbone, was it not?', true],
    ['It was great for the jaw.', false],
    ['It was not good at all.', false],
    ['I saw it. Not good! I left.', true],
  ])('%j', (text, expected) => {
    expect(contains(text)).toBe(expected);
  });

  it('knows every built-in review', () => {
    const reviews = builtInReviews();
    expect(reviews.length).toBeGreaterThan(2900);
    const isReview = containsAny(reviews);
    expect(reviews.filter((review) => /[a-z0-9]/i.test(review) && !isReview(review))).toEqual([]);
  });
});

describe('buildCorpus', () => {
  let directory: string;
  const source: Source = {
    name: 'book',
    registry: 'npm',
    package: 'book@1.0.0',
    licence: 'public domain',
    about: 'A book',
    isEveryday: true,
    files: /\.txt$/,
    extract: plainText,
  };

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'corpus-test-'));
    // As after a download, so that no registry is asked.
    mkdirSync(join(directory, 'packages/book/unpacked'), { recursive: true });
    writeFileSync(join(directory, 'packages/book/book-1.0.0.tgz'), 'archive');
    const page = `${sentence}\n\nx = 1\n\nThis is great for the jawbone of any man.\n\n${sentence.toUpperCase()}\n`;
    writeFileSync(join(directory, 'packages/book/unpacked/a.txt'), page);
    writeFileSync(join(directory, 'packages/book/unpacked/b.md'), 'We do not read this one at all, do we.');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  it('writes what is prose, new and allowed, and where it is from', () => {
    const reports = buildCorpus([source], directory, containsAny(['Great for the jawbone']), () => undefined);
    expect(readFileSync(join(directory, 'corpus.txt'), 'utf8')).toBe(`${sentence}\n\n`);
    expect(reports).toEqual([
      expect.objectContaining({
        archive: 'book-1.0.0.tgz',
        documents: 1,
        paragraphs: 1,
        bytes: sentence.length + 2,
        dropped: { notProse: 1, repeated: 1, excluded: 1 },
        sha256: createHash('sha256').update('archive').digest('hex'),
      }),
    ]);
    expect(readFileSync(join(directory, 'everyday.txt'), 'utf8')).toBe(`${sentence}\n\n`);
    expect(readdirSync(directory).sort()).toEqual(['corpus.txt', 'everyday.txt', 'packages', 'sources.json']);
    const record = JSON.parse(readFileSync(join(directory, 'sources.json'), 'utf8')) as { sources: unknown };
    expect(record.sources).toEqual(reports);
  });

  it('keeps what is no everyday English out of everyday.txt', () => {
    const manual = { ...source, isEveryday: false };
    buildCorpus(
      [manual],
      directory,
      () => false,
      () => undefined,
    );
    expect(readFileSync(join(directory, 'corpus.txt'), 'utf8')).toContain(sentence);
    expect(readFileSync(join(directory, 'everyday.txt'), 'utf8')).toBe('');
  });
});

describe('sources', () => {
  it('have names of their own, a licence and a description', () => {
    expect(new Set(SOURCES.map(({ name }) => name)).size).toBe(SOURCES.length);
    expect(SOURCES.filter(({ licence, about }) => licence === '' || about === '')).toEqual([]);
  });
});
