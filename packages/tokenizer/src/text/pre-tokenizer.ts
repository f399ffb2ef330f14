import { CLASSES, PUNCT, SPACE } from './character-classes.js';

/**
 * Cuts normalised code points into words: at white space, which goes, and round every punctuation mark, which
 * becomes a word of its own. Calls `word(from, to)` for each, in order.
 */
export function splitWords(codePoints: readonly number[], word: (from: number, to: number) => void): void {
  let start = 0;
  for (let index = 0; index < codePoints.length; index += 1) {
    const flags = CLASSES[codePoints[index] ?? 0] ?? 0;
    if (!(flags & (SPACE | PUNCT))) continue;
    if (index > start) word(start, index);
    if (flags & PUNCT) word(index, index + 1);
    start = index + 1;
  }
  if (codePoints.length > start) word(start, codePoints.length);
}
