import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from '@jest/globals';

import { checkSameTokens } from '../src/tokenizer/same-tokens.js';
import { writeCorpus } from '../src/work/made-corpus.js';
import { madeText } from '../src/work/made-text.js';
import { timePasses } from '../src/work/time-passes.js';
import { temporaryFolder } from './temporary-folder.js';

describe('what both sides wrote', () => {
  const folder = temporaryFolder();
  let files = 0;
  const written = (side: string, numbers: readonly number[]) => {
    const file = join(folder, `${files++}.bin`);
    writeFileSync(file, Int32Array.from(numbers));
    return { side, file };
  };
  const texts = ['one', 'two'];
  const check =
    (left: readonly number[], right: readonly number[], offsets = false) =>
    () =>
      checkSameTokens(written('ours', left), written('rust', right), texts, offsets);

  it('is accepted when it is the same', () => {
    expect(check([2, 7, 8, 1, 9], [2, 7, 8, 1, 9])).not.toThrow();
    expect(check([1, 7, 0, 3, 1, 9, 0, 3], [1, 7, 0, 3, 1, 9, 0, 3], true)).not.toThrow();
  });

  it('fails the benchmark otherwise, with the first text that differs', () => {
    expect(check([2, 7, 8, 1, 9], [2, 7, 8, 1, 6])).toThrow(
      expect.objectContaining({
        code: 'wrong-figures',
        message: expect.stringMatching(/text 1 .*"two"\nours: 1 tokens.*: 9\nrust: 1 tokens.*: 6\n/),
      }),
    );
    expect(check([2, 7, 8, 1, 9], [2, 7, 5, 1, 6])).toThrow(/text 0 .*"one"/);
    expect(check([1, 7, 0, 3, 1, 9, 0, 3], [1, 7, 0, 2, 1, 9, 0, 3], true)).toThrow(/text 0/);
  });

  it('is refused when a side wrote more or less', () => {
    expect(check([2, 7, 8, 1, 9], [2, 7, 8, 1, 9, 1])).toThrow(/5 and 6 numbers/);
    expect(check([2, 7, 8, 1, 9], [2, 7, 8])).toThrow(/text 1/);
    expect(check([2, 7, 8], [2, 7, 8])).toThrow(/text 1|numbers/);
  });
});

describe('texts that are made', () => {
  it.each([
    ['one word', /^[a-z]+$/],
    ['accents', /^[\p{Ll} ]+$/u],
    ['combining marks', /^([a-z]\p{Mn}?| )+$/u],
    ['marks on one letter', /^a\p{Mn}+$/u],
    ['ideographs', /^\p{Script=Han}+$/u],
    ['emoji', /^[\p{So} \u200d]+$/u],
    ['prose', /^(good\. |bad\. )+(g|go|goo|b|ba)?/],
  ] as const)('%s: of the size asked for, the same every time, and what they should be', (kind, pattern) => {
    const text = madeText(kind, 300_000, ['good.', 'bad.']);
    expect(text).toMatch(pattern);
    expect(Math.abs(Buffer.byteLength(text) - 300_000)).toBeLessThanOrEqual(4);
    expect(madeText(kind, 300_000, ['good.', 'bad.'])).toBe(text);
    expect(new Set(text).size).toBeGreaterThan(5);
  });
});

describe('a corpus that is made', () => {
  it('has the size asked for, is the same every time, and has more words the larger it is', () => {
    const folder = temporaryFolder();
    const made = (name: string, bytes: number): string => {
      writeCorpus(join(folder, name), bytes, ['the good film', 'the bad film']);
      return readFileSync(join(folder, name), 'utf8');
    };
    const text = made('a', 100_000);
    expect(made('b', 100_000)).toBe(text);
    expect(Math.abs(text.length - 100_000)).toBeLessThan(1000);
    const different = (all: string): number => new Set(all.split(/\s+/)).size;
    expect(different(made('c', 1_000_000))).toBeGreaterThan(3 * different(text));
    expect(text.match(/\bfilm\b/g)?.length).toBeGreaterThan(3000);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).toBeLessThan(1000);
  });
});

describe('passes', () => {
  it('are timed after a warm-up, for the time given and at least three times', () => {
    let runs = 0;
    const { times_ms, first_ms } = timePasses(0.02, () => {
      runs++;
      for (const end = performance.now() + 1; performance.now() < end;);
    });
    expect(times_ms.reduce((sum, time) => sum + time, 0)).toBeGreaterThanOrEqual(20);
    expect(first_ms).toBeGreaterThanOrEqual(1);
    expect(runs).toBeGreaterThan(times_ms.length);
    expect(timePasses(0, () => undefined).times_ms).toHaveLength(3);
    expect(timePasses(0, () => undefined, { fewest: 1 }).times_ms).toHaveLength(1);
  });
});
