/** The fast count of words against the slow one: normalise the text as a whole, cut it, count strings. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { normalize } from '../src/text/normalizer.js';
import type { NormalizerSettings } from '../src/text/normalizer.js';
import { splitWords } from '../src/general/split-words.js';
import { WordCounter } from '../src/training/word-counter.js';

const SETTINGS: readonly NormalizerSettings[] = [
  { lowercase: true, stripAccents: true, tokenizeChineseChars: true },
  { lowercase: false, stripAccents: false, tokenizeChineseChars: true },
  { lowercase: true, stripAccents: false, tokenizeChineseChars: false },
  { lowercase: false, stripAccents: true, tokenizeChineseChars: false },
];

function slowCount(texts: readonly string[], settings: NormalizerSettings): Map<string, number> {
  const counts = new Map<string, number>();
  for (const text of texts) {
    const { codePoints } = normalize(text, 0, text.length, settings);
    splitWords(codePoints, (from, to) => {
      const word = String.fromCodePoint(...codePoints.slice(from, to));
      counts.set(word, (counts.get(word) ?? 0) + 1);
    });
  }
  return counts;
}

function fastCount(texts: readonly string[], settings: NormalizerSettings): Map<string, number> {
  const counter = new WordCounter(settings);
  for (const text of texts) counter.add(text);
  const { size, starts, units, counts } = counter.counts;
  const found = new Map<string, number>();
  for (let word = 0; word < size; word += 1) {
    if (counts[word] === 0) continue;
    found.set(String.fromCharCode(...units.subarray(starts[word], starts[word + 1])), counts[word]);
  }
  return found;
}

/** Words that are not counted alike, at most a few: matchers take minutes to compare a million entries. */
function differences(texts: readonly string[], settings: NormalizerSettings): readonly unknown[] {
  const fast = fastCount(texts, settings);
  const slow = slowCount(texts, settings);
  return [...new Set([...fast.keys(), ...slow.keys()])]
    .filter((word) => fast.get(word) !== slow.get(word))
    .slice(0, 5)
    .map((word) => ({ word, fast: fast.get(word), slow: slow.get(word) }));
}

// Accents, marks that change places with others (U+16FF0 and U+1D165 stay when accents are stripped), ideographs,
// Hangul, dotted capital I, punctuation, all kinds of space, what is dropped, halves of surrogate pairs.
const TRICKY = Array.from(
  'aAzZ09 .,#\t\n\r\0\x01éÉÅİßﬁ中文𠀀한글\u0301\u0315\u0327\u05b0\u093c\u3000\u00a0\u2028\ufeff\ufffd\u200d😀' +
    '\u{16ff0}\u{1d165}\u{1d15e}\u{1d16d}\u302e\u1fef\ud800\ufffd\udc00',
);

describe('WordCounter', () => {
  it.each(SETTINGS)('counts as the general path does: %o', (settings) => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: fc.constantFrom(...TRICKY), maxLength: 12 })), (texts) => {
        expect(differences(texts, settings)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it.each(SETTINGS.slice(0, 2))(
    'counts code points between letters as the general path does: %o',
    (settings) => {
      const texts: string[] = [];
      for (let c = 0; c < 0x110000; c += c < 0x3400 ? 1 : 97) texts.push(`x${String.fromCodePoint(c)}y`);
      expect(differences(texts, settings)).toEqual([]);
    },
  );

  it('finds words again after growing, and tells words with one hash apart', () => {
    const texts = Array.from(
      { length: 12_000 },
      (_, index) => `w${index % 9_000} ${'long'.repeat(index % 100)}`,
    );
    expect(differences(texts, SETTINGS[0])).toEqual([]);
  });
});
