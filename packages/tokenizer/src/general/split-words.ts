import type { Fidelity } from '../text/fidelity.js';
import { PUNCT } from '../text/character-classes.js';
import { wordClassOf } from '../text/word-class.js';

/**
 * Cuts normalised code points into words: at white space, which goes, and round every punctuation mark, which
 * becomes a word of its own. Calls `word(from, to)` for each, in order.
 */
export function splitWords(
  codePoints: readonly number[],
  word: (from: number, to: number) => void,
  fidelity: Fidelity = 'huggingface',
): void {
  let start = 0;
  for (let index = 0; index < codePoints.length; index += 1) {
    const kind = wordClassOf(codePoints[index] ?? 0, fidelity);
    if (kind === 0) continue;
    if (index > start) word(start, index);
    if (kind === PUNCT) word(index, index + 1);
    start = index + 1;
  }
  if (codePoints.length > start) word(start, codePoints.length);
}
