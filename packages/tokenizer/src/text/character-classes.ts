/**
 * What each code point is to the tokenizer: one byte of flags per code point, so that the hot loops look up and
 * never run a regular expression. The tables are the reference library's own, not the JavaScript engine's.
 */
import { forEachCasePair, forEachRun } from './decode-runs.js';
import {
  COMBINING_CLASSES,
  DECOMPOSABLE,
  DROPPED,
  LOWERCASE,
  NONSPACING_MARKS,
  PUNCTUATION,
  SPACES,
} from './unicode-tables.js';

/** Text cleaning removes it (lone surrogates too). */
export const DROP = 1;
/** Text cleaning makes it a space. */
export const SPACE = 2;
/** An ideograph that gets a space on either side. */
export const IDEOGRAPH = 4;
/** A word of its own. */
export const PUNCT = 8;
/** A nonspacing mark: goes when accents are stripped. */
export const MARK = 16;
/** Has a canonical decomposition. */
export const DECOMPOSES = 32;
/** Has a lower-case form. */
export const UPPER = 128;

/**
 * The ideographs of Hugging Face's normalizer. It starts the last-but-one range at U+2B920 where Google's original
 * has U+2B820, so `GAP` is not set apart; kept, because trained models have seen it that way.
 */
const IDEOGRAPH_RANGES: readonly (readonly [first: number, last: number])[] = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2b81f],
  [0x2b920, 0x2ceaf],
  [0x2f800, 0x2fa1f],
];

const GAP_FIRST = 0x2b820;
const GAP_LAST = 0x2b91f;

const CODE_POINTS = 0x110000;
const HANGUL_FIRST = 0xac00;
const HANGUL_LAST = 0xd7a3;
/** LATIN CAPITAL LETTER I WITH DOT ABOVE: the only code point whose lower case is two code points. */
const DOTTED_CAPITAL_I = 0x130;

function buildClasses(): Uint8Array {
  const classes = new Uint8Array(CODE_POINTS);
  const mark = (flag: number) => (first: number, last: number) => {
    for (let c = first; c <= last; c += 1) classes[c] = (classes[c] ?? 0) | flag;
  };
  forEachRun(DROPPED, mark(DROP));
  mark(DROP)(0xd800, 0xdfff);
  forEachRun(SPACES, mark(SPACE));
  // White space that cleaning drops as control characters; without cleaning it ends words.
  mark(SPACE)(0xb, 0xc);
  mark(SPACE)(0x85, 0x85);
  forEachRun(PUNCTUATION, mark(PUNCT));
  forEachRun(NONSPACING_MARKS, mark(MARK));
  forEachRun(DECOMPOSABLE, mark(DECOMPOSES));
  mark(DECOMPOSES)(HANGUL_FIRST, HANGUL_LAST);
  for (const [first, last] of IDEOGRAPH_RANGES) mark(IDEOGRAPH)(first, last);
  for (const from of LOWER.keys()) mark(UPPER)(from, from);
  return classes;
}

function buildLowercase(): ReadonlyMap<number, readonly number[]> {
  const lower = new Map<number, readonly number[]>();
  forEachCasePair(LOWERCASE, (from, to) => lower.set(from, [to]));
  lower.set(DOTTED_CAPITAL_I, [0x69, 0x307]);
  return lower;
}

function buildCombiningClasses(): ReadonlyMap<number, number> {
  const classes = new Map<number, number>();
  for (const [combiningClass, runs] of COMBINING_CLASSES) {
    forEachRun(runs, (first, last) => {
      for (let c = first; c <= last; c += 1) classes.set(c, combiningClass);
    });
  }
  return classes;
}

/**
 * The set of code points that decompose is the reference's; what they decompose into comes from the engine, which
 * is safe because Unicode never changes a decomposition once assigned (the generator checks that it is the same).
 */
function buildDecompositions(): ReadonlyMap<number, readonly number[]> {
  const decompositions = new Map<number, readonly number[]>();
  forEachRun(DECOMPOSABLE, (first, last) => {
    for (let c = first; c <= last; c += 1) {
      const parts = [...String.fromCodePoint(c).normalize('NFD')];
      decompositions.set(
        c,
        parts.map((part) => part.codePointAt(0) ?? 0),
      );
    }
  });
  return decompositions;
}

const LOWER = buildLowercase();
const COMBINING = buildCombiningClasses();
const DECOMPOSITIONS = buildDecompositions();

/** Flags of every code point, U+0000 to U+10FFFF. */
export const CLASSES: Uint8Array = buildClasses();

/** Whether the original release, and tensorflow_text, make a code point a word: no gap. */
export function isIdeograph(codePoint: number): boolean {
  return ((CLASSES[codePoint] ?? 0) & IDEOGRAPH) !== 0 || (codePoint >= GAP_FIRST && codePoint <= GAP_LAST);
}

/** Lower-case form of a code point flagged `UPPER`: one code point, or two for U+0130. No context (final sigma). */
export function lowercaseOf(codePoint: number): readonly number[] {
  return LOWER.get(codePoint) ?? [codePoint];
}

/** Canonical combining class; 0 for what keeps its place among its neighbours. */
export function combiningClassOf(codePoint: number): number {
  return COMBINING.get(codePoint) ?? 0;
}

/** Full canonical decomposition of a code point flagged `DECOMPOSES`. */
export function decompositionOf(codePoint: number): readonly number[] {
  if (codePoint < HANGUL_FIRST || codePoint > HANGUL_LAST)
    return DECOMPOSITIONS.get(codePoint) ?? [codePoint];
  // Hangul syllable = 0xAC00 + (leading * 21 + vowel) * 28 + trailing: Unicode, chapter 3.12.
  const index = codePoint - HANGUL_FIRST;
  const leading = 0x1100 + Math.floor(index / 588);
  const vowel = 0x1161 + Math.floor((index % 588) / 28);
  const trailing = index % 28;
  return trailing === 0 ? [leading, vowel] : [leading, vowel, 0x11a7 + trailing];
}
