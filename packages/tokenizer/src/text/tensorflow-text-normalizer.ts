/**
 * The rules of tensorflow_text's BertTokenizer: NFKC_Casefold, canonical decomposition, nonspacing marks dropped, and
 * only then control and format characters made spaces. Ideographs become words when the text is split.
 */
import { codePointList } from './character-classes.js';
import { ENGINE_ACCENTS, isControlOrFormat } from './engine-characters.js';
import { mapCodePoints } from './normalized-text.js';
import type { NormalizedText, NormalizerSettings, StageResult, TextBuffer } from './normalized-text.js';
import { stripAccents } from './strip-accents.js';

const SPACE = 0x20;
const REPLACEMENT_CHARACTER = 0xfffd;
const DEFAULT_IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u;
/** Cherokee folds to its capitals, which came first. */
const CHEROKEE = /^[\u13a0-\u13fd\uab70-\uabbf]$/;
/** Have no upper case that leads to their folded form. */
const FOLDS: Readonly<Record<string, string>> = { '\u1e9e': 'ss', '\u0131': '\u0131' };

/** What each step makes of the text; accents are stripped exactly when it is lower-cased. A lone surrogate counts as U+FFFD, as in any conversion to UTF-8. */
export function tensorflowTextStages(
  input: NormalizedText,
  settings: NormalizerSettings,
): readonly StageResult[] {
  const stages: StageResult[] = [];
  let normalized: TextBuffer = mapCodePoints(input, (c) =>
    c >= 0xd800 && c < 0xe000 ? REPLACEMENT_CHARACTER : c,
  );
  if (settings.lowercase) {
    normalized = mapCodePoints(normalized, foldCase);
    stages.push({ stage: 'case-folded', normalized });
    normalized = stripAccents(normalized, ENGINE_ACCENTS);
    stages.push({ stage: 'accents-stripped', normalized });
  }
  normalized = mapCodePoints(normalized, (c) => (isControlOrFormat(c) ? SPACE : c));
  return [...stages, { stage: 'cleaned', normalized }];
}

/** NFKC_Casefold of one code point, but decomposed, which is what the next step would make of it. */
function foldCase(codePoint: number): readonly number[] {
  let folded = '';
  for (const character of String.fromCodePoint(codePoint).normalize('NFKD')) {
    if (DEFAULT_IGNORABLE.test(character)) continue;
    const upper = character.toUpperCase();
    folded += FOLDS[character] ?? (CHEROKEE.test(character) ? upper : upper.toLowerCase());
  }
  return codePointList(folded);
}
