import { PUNCT, SPACE, classesOf, isIdeograph } from './character-classes.js';
import { isPunctuation } from './engine-characters.js';
import type { Fidelity } from './fidelity.js';

const SPACE_CHARACTER = 0x20;

/**
 * What a normalised code point is to the splitter: `SPACE`, which ends a word and goes, `PUNCT`, which is a word of
 * its own, or 0, part of a word.
 */
export function wordClassOf(codePoint: number, fidelity: Fidelity = 'huggingface'): number {
  if (fidelity === 'huggingface') return classesOf(codePoint) & (SPACE | PUNCT);
  // Every other white space has become a space by now, or is none to that reference.
  if (codePoint === SPACE_CHARACTER) return SPACE;
  const alone = isPunctuation(codePoint) || (fidelity === 'tensorflow-text' && isIdeograph(codePoint));
  return alone ? PUNCT : 0;
}
