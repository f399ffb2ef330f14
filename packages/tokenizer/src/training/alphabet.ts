/** The characters that a vocabulary begins with. */
import type { WordCounts } from './word-counts.js';

/** Calls `visit(codePoint, begins)` for every character of a word. */
export function forEachCharacter(
  { units, starts }: WordCounts,
  word: number,
  visit: (codePoint: number, begins: boolean) => void,
): void {
  const start = starts[word];
  const end = starts[word + 1];
  for (let index = start; index < end; index += 1) {
    const begins = index === start;
    let codePoint = units[index];
    if ((codePoint & 0xfc00) === 0xd800) {
      // Words hold no lone surrogates: text cleaning drops them.
      index += 1;
      codePoint = 0x10000 + ((codePoint & 0x3ff) << 10) + (units[index] & 0x3ff);
    }
    visit(codePoint, begins);
  }
}

/**
 * Code points to keep, rising: when there are too many, the most frequent, and of equally frequent ones the smallest.
 * @param initial kept before all others
 */
export function chooseAlphabet(
  words: WordCounts,
  initial: Iterable<number>,
  limit: number,
): readonly number[] {
  const counts = new Map<number, number>();
  for (let word = 0; word < words.size; word += 1) {
    const count = words.counts[word];
    if (count === 0) continue;
    forEachCharacter(words, word, (codePoint) => {
      counts.set(codePoint, (counts.get(codePoint) ?? 0) + count);
    });
  }
  for (const codePoint of initial) counts.set(codePoint, Infinity);
  return [...counts]
    .sort(([a, countA], [b, countB]) => (countA === countB ? a - b : countB - countA))
    .slice(0, limit)
    .map(([codePoint]) => codePoint)
    .sort((a, b) => a - b);
}
