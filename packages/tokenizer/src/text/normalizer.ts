/**
 * Text -> code points the model's vocabulary was made of: clean, set ideographs apart, strip accents, lower-case.
 * Each result remembers the character of the original text it came from. What is here are the rules of Hugging Face
 * tokenizers, the order of the steps included; the other fidelities have files of their own.
 */
import {
  DECOMPOSES,
  DROP,
  IDEOGRAPH,
  MARK,
  SPACE,
  UPPER,
  classesOf,
  decompositionOf,
  lowercaseOf,
} from './character-classes.js';
import { googleStages } from './google-normalizer.js';
import { codePointsOf, emptyBuffer, mapCodePoints } from './normalized-text.js';
import type { NormalizedText, NormalizerSettings, StageResult, TextBuffer } from './normalized-text.js';
import { stripAccents } from './strip-accents.js';
import type { AccentTables } from './strip-accents.js';
import { tensorflowTextStages } from './tensorflow-text-normalizer.js';

export type { NormalizedText, NormalizerSettings } from './normalized-text.js';

const SPACE_CHARACTER = 0x20;

const HUGGING_FACE_ACCENTS: AccentTables = {
  decompose: (codePoint) => (classesOf(codePoint) & DECOMPOSES ? decompositionOf(codePoint) : [codePoint]),
  isMark: (codePoint) => (classesOf(codePoint) & MARK) !== 0,
};

/** Normalises `text.slice(from, to)`; sources count from the start of `text`. */
export function normalize(
  text: string,
  from: number,
  to: number,
  settings: NormalizerSettings,
): NormalizedText {
  return normalizationStages(text, from, to, settings).at(-1)?.normalized ?? emptyBuffer();
}

/** The same, showing what each step that is taken made of the text before it, in order. */
export function normalizationStages(
  text: string,
  from: number,
  to: number,
  settings: NormalizerSettings,
): readonly StageResult[] {
  const input = codePointsOf(text, from, to);
  if (settings.fidelity === 'google') return googleStages(input, settings);
  if (settings.fidelity === 'tensorflow-text') return tensorflowTextStages(input, settings);
  let normalized = clean(input, settings);
  const stages: StageResult[] = [{ stage: 'cleaned', normalized }];
  if (settings.stripAccents) {
    normalized = stripAccents(normalized, HUGGING_FACE_ACCENTS);
    stages.push({ stage: 'accents-stripped', normalized });
  }
  if (settings.lowercase) {
    normalized = mapCodePoints(normalized, (c) => (classesOf(c) & UPPER ? lowercaseOf(c) : c));
    stages.push({ stage: 'lower-cased', normalized });
  }
  return stages;
}

/** Drops what is not text (lone surrogates always, since the reference cannot be given any), white space -> space. */
function clean(input: NormalizedText, settings: NormalizerSettings): TextBuffer {
  return mapCodePoints(input, (codePoint) => {
    const flags = classesOf(codePoint);
    if (settings.cleanText ?? true) {
      if (flags & DROP) return [];
      if (flags & SPACE) return SPACE_CHARACTER;
    } else if (codePoint >= 0xd800 && codePoint < 0xe000) {
      return [];
    }
    return flags & IDEOGRAPH && settings.tokenizeChineseChars
      ? [SPACE_CHARACTER, codePoint, SPACE_CHARACTER]
      : codePoint;
  });
}
