/**
 * The rules of tensorflow_text's BertTokenizer: NFKC_Casefold, canonical decomposition, nonspacing marks dropped, and
 * only then control and format characters made spaces. Ideographs become words when the text is split.
 */
import { ENGINE_ACCENTS, codePointList, isControlOrFormat } from './engine-characters.js';
import type { NormalizationStep } from './fidelity-code.js';
import type { NormalizerSettings } from './normalized-text.js';

const SPACE = 0x20;
const REPLACEMENT_CHARACTER = 0xfffd;
const DEFAULT_IGNORABLE = /^\p{Default_Ignorable_Code_Point}$/u;
/** Cherokee folds to its capitals, which came first. */
const CHEROKEE = /^[\u13a0-\u13fd\uab70-\uabbf]$/;
/** Have no upper case that leads to their folded form. */
const FOLDS: Readonly<Record<string, string>> = { '\u1e9e': 'ss', '\u0131': '\u0131' };

/**
 * Accents are stripped exactly when the text is lower-cased. A lone surrogate counts as U+FFFD, as in any conversion to
 * UTF-8.
 */
export function tensorflowTextSteps({ lowercase }: NormalizerSettings): readonly NormalizationStep[] {
  return [
    [undefined, (c) => (c >= 0xd800 && c < 0xe000 ? REPLACEMENT_CHARACTER : c)],
    ...(lowercase
      ? ([
          ['case-folded', foldCase],
          ['accents-stripped', ENGINE_ACCENTS],
        ] as const)
      : []),
    ['cleaned', (c) => (isControlOrFormat(c) ? SPACE : c)],
  ];
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
