/**
 * Text -> code points the model's vocabulary was made of: clean, set ideographs apart, strip accents, lower-case.
 * Each result remembers the character of the original text it came from. What is here are the rules of Hugging Face
 * tokenizers, the order of the steps included; the other fidelities have files of their own.
 */
import { fidelityCode } from '#fidelities';

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
import type { NormalizationStep } from './fidelity-code.js';
import { codePointsOf, emptyBuffer, mapCodePoints } from './normalized-text.js';
import type { NormalizedText, NormalizerSettings, StageResult } from './normalized-text.js';
import { stripAccents } from './strip-accents.js';
import type { AccentTables } from './strip-accents.js';

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
  const stages: StageResult[] = [];
  let normalized = codePointsOf(text, from, to);
  const steps = fidelityCode(settings.fidelity ?? 'huggingface')?.steps(settings) ?? stepsOf(settings);
  for (const [stage, step] of steps) {
    normalized =
      typeof step === 'function' ? mapCodePoints(normalized, step) : stripAccents(normalized, step);
    if (stage !== undefined) stages.push({ stage, normalized });
  }
  return stages;
}

function stepsOf({
  cleanText = true,
  tokenizeChineseChars,
  stripAccents: strips,
  lowercase,
}: NormalizerSettings): readonly NormalizationStep[] {
  const steps: NormalizationStep[] = [
    ['cleaned', (codePoint) => clean(codePoint, cleanText, tokenizeChineseChars)],
  ];
  if (strips) steps.push(['accents-stripped', HUGGING_FACE_ACCENTS]);
  if (lowercase) steps.push(['lower-cased', (c) => (classesOf(c) & UPPER ? lowercaseOf(c) : c)]);
  return steps;
}

/** Drops what is not text (lone surrogates always, since the reference cannot be given any), white space -> space. */
function clean(codePoint: number, cleans: boolean, setsApart: boolean): number | readonly number[] {
  const flags = classesOf(codePoint);
  if (flags & DROP && (cleans || (codePoint >= 0xd800 && codePoint < 0xe000))) return [];
  if (flags & SPACE && cleans) return SPACE_CHARACTER;
  return flags & IDEOGRAPH && setsApart ? [SPACE_CHARACTER, codePoint, SPACE_CHARACTER] : codePoint;
}
