/**
 * Text -> code points the model's vocabulary was made of: clean, set ideographs apart, strip accents, lower-case.
 * Each result remembers the character of the original text it came from. The order of the steps, and which
 * original character a re-ordered mark is said to come from, are those of Hugging Face tokenizers.
 */
import {
  CLASSES,
  DECOMPOSES,
  DROP,
  IDEOGRAPH,
  MARK,
  REORDERS,
  SPACE,
  UPPER,
  combiningClassOf,
  decompositionOf,
  lowercaseOf,
} from './character-classes.js';

/** Which steps are taken. */
export interface NormalizerSettings {
  /** Lower-case, code point by code point. */
  readonly lowercase: boolean;
  /** Decompose canonically and drop nonspacing marks. */
  readonly stripAccents: boolean;
  /** Put spaces round ideographs. */
  readonly tokenizeChineseChars: boolean;
}

/** Normalised text. */
export interface NormalizedText {
  /** Code points, in order. */
  readonly codePoints: readonly number[];
  /** For each, where its original character starts in the whole original text, in UTF-16 code units. */
  readonly sources: readonly number[];
}

/** A step of normalisation, named after what it leaves behind. */
export type NormalizationStage = 'cleaned' | 'accents-stripped' | 'lower-cased';

/** What the text was after one step. */
export interface StageResult {
  readonly stage: NormalizationStage;
  readonly normalized: NormalizedText;
}

interface Buffer {
  codePoints: number[];
  sources: number[];
}

const SPACE_CHARACTER = 0x20;
/** Below this nothing decomposes or combines. */
const FIRST_DECOMPOSABLE = 0xc0;

/** Normalises `text.slice(from, to)`; sources count from the start of `text`. */
export function normalize(
  text: string,
  from: number,
  to: number,
  settings: NormalizerSettings,
): NormalizedText {
  const { cleaned, plain } = clean(text, from, to, settings.tokenizeChineseChars);
  const stripped = settings.stripAccents && !plain ? stripAccents(cleaned) : cleaned;
  return settings.lowercase ? lowercase(stripped) : stripped;
}

/** The same, showing what each step that is taken made of the text before it, in order. */
export function normalizationStages(
  text: string,
  from: number,
  to: number,
  settings: NormalizerSettings,
): readonly StageResult[] {
  const { cleaned } = clean(text, from, to, settings.tokenizeChineseChars);
  const stages: StageResult[] = [{ stage: 'cleaned', normalized: cleaned }];
  let last = cleaned;
  if (settings.stripAccents) {
    last = stripAccents(last);
    stages.push({ stage: 'accents-stripped', normalized: last });
  }
  if (settings.lowercase) stages.push({ stage: 'lower-cased', normalized: lowercase(last) });
  return stages;
}

/** Drops what is not text, makes every white space a space. `plain`: nothing in it can decompose or combine. */
function clean(
  text: string,
  from: number,
  to: number,
  spaceIdeographs: boolean,
): { cleaned: Buffer; plain: boolean } {
  const cleaned: Buffer = { codePoints: [], sources: [] };
  const { codePoints, sources } = cleaned;
  let plain = true;
  for (let index = from; index < to; index += 1) {
    const source = index;
    let c = text.charCodeAt(index);
    if ((c & 0xfc00) === 0xd800 && index + 1 < to) {
      const low = text.charCodeAt(index + 1);
      if ((low & 0xfc00) === 0xdc00) {
        c = 0x10000 + ((c & 0x3ff) << 10) + (low & 0x3ff);
        index += 1;
      }
    }
    const flags = CLASSES[c] ?? 0;
    if (flags & DROP) continue;
    if (flags & SPACE) c = SPACE_CHARACTER;
    else if (c >= FIRST_DECOMPOSABLE) plain = false;
    if (flags & IDEOGRAPH && spaceIdeographs) {
      codePoints.push(SPACE_CHARACTER, c, SPACE_CHARACTER);
      sources.push(source, source, source);
    } else {
      codePoints.push(c);
      sources.push(source);
    }
  }
  return { cleaned, plain };
}

/**
 * Canonical decomposition in canonical order, without the nonspacing marks. The n-th character that begins a
 * decomposition takes the n-th input character as its source, even when sorting moved it: the reference counts
 * along the sorted marks, so offsets agree only if we count the same way.
 */
function stripAccents(input: Buffer): Buffer {
  const output: Buffer = { codePoints: [], sources: [] };
  let pending: { combiningClass: number; codePoint: number; first: boolean }[] = [];
  let position = 0;

  const emit = (codePoint: number, first: boolean): void => {
    const source = first ? position++ : position - 1;
    if ((CLASSES[codePoint] ?? 0) & MARK) return;
    output.codePoints.push(codePoint);
    output.sources.push(input.sources[Math.max(source, 0)] ?? 0);
  };
  const flush = (): void => {
    if (pending.length > 1) pending.sort((a, b) => a.combiningClass - b.combiningClass);
    for (const { codePoint, first } of pending) emit(codePoint, first);
    pending = [];
  };
  const push = (codePoint: number, first: boolean): void => {
    if ((CLASSES[codePoint] ?? 0) & REORDERS) {
      pending.push({ combiningClass: combiningClassOf(codePoint), codePoint, first });
      return;
    }
    if (pending.length > 0) flush();
    emit(codePoint, first);
  };

  for (const codePoint of input.codePoints) {
    if (codePoint >= FIRST_DECOMPOSABLE && (CLASSES[codePoint] ?? 0) & DECOMPOSES) {
      decompositionOf(codePoint).forEach((part, index) => push(part, index === 0));
    } else {
      push(codePoint, true);
    }
  }
  flush();
  return output;
}

function lowercase(input: Buffer): Buffer {
  const output: Buffer = { codePoints: [], sources: [] };
  input.codePoints.forEach((codePoint, index) => {
    const source = input.sources[index] ?? 0;
    const forms = (CLASSES[codePoint] ?? 0) & UPPER ? lowercaseOf(codePoint) : undefined;
    if (forms === undefined) {
      output.codePoints.push(codePoint);
      output.sources.push(source);
      return;
    }
    for (const form of forms) {
      output.codePoints.push(form);
      output.sources.push(source);
    }
  });
  return output;
}
