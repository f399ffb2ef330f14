import { closeSync, openSync, writeSync } from 'node:fs';

import { generator } from '../random.js';

const SYLLABLES = [
  'ba',
  'che',
  'di',
  'fo',
  'gu',
  'ka',
  'le',
  'mi',
  'no',
  'pra',
  'qui',
  'ro',
  'sta',
  'te',
  'vu',
  'zen',
];
const MADE_WORDS = 200_000;
/** Of words that no review has. */
const SHARE_MADE = 0.05;
const PIECE = 1 << 20;

/**
 * Writes a corpus, one text a line: words of the texts as often as they occur there, and rare ones, so that the number of
 * different words grows with the size as it does in real corpora. The same every time.
 */
export function writeCorpus(file: string, bytes: number, texts: readonly string[]): void {
  const random = generator(1);
  const words = texts.flatMap((text) => text.split(/\s+/));
  // The share of a word falls with its place in the list, as in natural language (Zipf).
  const rareWord = (): string => {
    let place = Math.floor(MADE_WORDS ** random());
    let word = '';
    do {
      word += SYLLABLES[place % SYLLABLES.length];
      place = Math.floor(place / SYLLABLES.length);
    } while (place > 0);
    return word;
  };
  const descriptor = openSync(file, 'w');
  try {
    for (let written = 0; written < bytes;) {
      const lines: string[] = [];
      for (let size = 0; size < Math.min(PIECE, bytes - written);) {
        const line = Array.from({ length: 5 + Math.floor(random() * 30) }, () =>
          random() < SHARE_MADE ? rareWord() : words[Math.floor(random() * words.length)],
        ).join(' ');
        lines.push(line, '\n');
        size += line.length + 1;
      }
      written += writeSync(descriptor, lines.join(''));
    }
  } finally {
    closeSync(descriptor);
  }
}
