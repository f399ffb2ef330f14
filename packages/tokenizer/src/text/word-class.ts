import { fidelityCode } from '#fidelities';

import { PUNCT, SPACE, classesOf } from './character-classes.js';
import type { Fidelity } from './fidelity.js';

const SPACE_CHARACTER = 0x20;

/**
 * What a normalised code point is to the splitter: `SPACE`, which ends a word and goes, `PUNCT`, which is a word of
 * its own, or 0, part of a word.
 */
export function wordClassOf(codePoint: number, fidelity: Fidelity = 'huggingface'): number {
  const code = fidelityCode(fidelity);
  if (code === undefined) return classesOf(codePoint) & (SPACE | PUNCT);
  // Every other white space has become a space by now, or is none to that reference.
  return codePoint === SPACE_CHARACTER ? SPACE : code.isWord(codePoint) ? PUNCT : 0;
}
