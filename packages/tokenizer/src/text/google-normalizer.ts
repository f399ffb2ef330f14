/**
 * The rules of tokenization.py of the original BERT release: whole words are lower-cased before their accents go, so
 * that a final sigma is one; private-use characters, unassigned ones and lone surrogates stay.
 */
import { isIdeograph } from './character-classes.js';
import { ENGINE_ACCENTS, isControlOrFormat, isSeparator, lowercaseAt } from './engine-characters.js';
import { mapCodePoints } from './normalized-text.js';
import type { NormalizedText, NormalizerSettings, StageResult } from './normalized-text.js';
import { stripAccents } from './strip-accents.js';

const SPACE = 0x20;
const REPLACEMENT_CHARACTER = 0xfffd;

/** What each step makes of the text. Accents are stripped exactly when the text is lower-cased. */
export function googleStages(input: NormalizedText, settings: NormalizerSettings): readonly StageResult[] {
  const cleaned = mapCodePoints(input, clean);
  const stages: StageResult[] = [{ stage: 'cleaned', normalized: cleaned }];
  if (!settings.lowercase) return stages;
  const lower = mapCodePoints(cleaned, (_, index) => lowercaseAt(cleaned.codePoints, index));
  return [
    ...stages,
    { stage: 'lower-cased', normalized: lower },
    { stage: 'accents-stripped', normalized: stripAccents(lower, ENGINE_ACCENTS) },
  ];
}

function clean(codePoint: number): number | readonly number[] {
  if (isSeparator(codePoint)) return SPACE;
  if (codePoint === REPLACEMENT_CHARACTER || isControlOrFormat(codePoint)) return [];
  return isIdeograph(codePoint) ? [SPACE, codePoint, SPACE] : codePoint;
}
