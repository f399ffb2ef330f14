/**
 * The rules of tokenization.py of the original BERT release: whole words are lower-cased before their accents go, so
 * that a final sigma is one; private-use characters, unassigned ones and lone surrogates stay.
 */
import { ENGINE_ACCENTS, isControlOrFormat, isSeparator, lowercaseAt } from './engine-characters.js';
import type { NormalizationStep } from './fidelity-code.js';
import { isIdeograph } from './ideographs.js';
import type { NormalizerSettings } from './normalized-text.js';

const SPACE = 0x20;
const REPLACEMENT_CHARACTER = 0xfffd;

/** Accents are stripped exactly when the text is lower-cased. */
export function googleSteps({ lowercase }: NormalizerSettings): readonly NormalizationStep[] {
  const cleaned: NormalizationStep = ['cleaned', clean];
  if (!lowercase) return [cleaned];
  return [
    cleaned,
    ['lower-cased', (_, index, all) => lowercaseAt(all, index)],
    ['accents-stripped', ENGINE_ACCENTS],
  ];
}

function clean(codePoint: number): number | readonly number[] {
  if (isSeparator(codePoint)) return SPACE;
  if (codePoint === REPLACEMENT_CHARACTER || isControlOrFormat(codePoint)) return [];
  return isIdeograph(codePoint) ? [SPACE, codePoint, SPACE] : codePoint;
}
