/**
 * What each code point is to the tokenizer: flags, worked out when they are first asked for, so that the hot loops look
 * up and seldom run a regular expression. They are the reference library's, whatever Unicode version the JavaScript
 * engine has: it is asked only about code points on which all versions from 15.0 on agree with the reference.
 */
import { forEachCasePair, forEachRun } from './decode-runs.js';
import {
  COMBINING,
  DROPPED,
  LOWERCASE,
  NONSPACING_MARKS,
  PREDICTED,
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
/** Has a canonical combining class other than 0: changes places with its like. */
export const COMBINES = 64;
/** Has a lower-case form. */
export const UPPER = 128;
/** The engine knows: to be asked once. */
const ASK = 256;

/**
 * The ideographs of Hugging Face's normalizer. It starts the last-but-one range at U+2B920 where Google's original
 * has U+2B820, so U+2B820 to U+2B91F are not set apart; kept, because trained models have seen it that way.
 */
const IDEOGRAPH_RANGES = [
  0x3400, 0x4dbf, 0x4e00, 0x9fff, 0xf900, 0xfaff, 0x20000, 0x2a6df, 0x2a700, 0x2b81f, 0x2b920, 0x2ceaf,
  0x2f800, 0x2fa1f,
];

const IS_PUNCTUATION = /[\p{P}$+<=>^`|~]/u;
const IS_NONSPACING_MARK = /\p{Mn}/u;
/** COMBINING GREEK YPOGEGRAMMENI has the highest combining class: every other mark goes before it. */
const LAST_MARK = '\u0345';

const LOWER = new Map<number, number>();
const CLASSES = new Uint16Array(0x110000);

function mark(flag: number): (first: number, last: number) => void {
  return (first, last) => {
    for (let c = first; c <= last; c += 1) CLASSES[c] |= flag;
  };
}

function fillTables(): void {
  forEachRun(DROPPED, mark(DROP));
  mark(DROP)(0xd800, 0xdfff);
  forEachRun(SPACES, mark(SPACE));
  // White space that cleaning drops as control characters; without cleaning it ends words.
  mark(SPACE)(0xb, 0xc);
  mark(SPACE)(0x85, 0x85);
  // Hangul syllables.
  mark(DECOMPOSES)(0xac00, 0xd7a3);
  IDEOGRAPH_RANGES.forEach((first, index, all) => {
    if (index % 2 === 0) mark(IDEOGRAPH)(first, all[index + 1]);
  });
  forEachRun(PREDICTED, mark(ASK));
  forEachRun(PUNCTUATION, mark(PUNCT));
  forEachRun(NONSPACING_MARKS, mark(MARK));
  forEachRun(COMBINING, mark(COMBINES));
  forEachCasePair(LOWERCASE, (from, to) => {
    mark(UPPER)(from, from);
    LOWER.set(from, to);
  });
}

fillTables();

/** Flags of a code point. */
export function classesOf(codePoint: number): number {
  if (CLASSES[codePoint] & ASK) CLASSES[codePoint] ^= ASK | ask(String.fromCodePoint(codePoint));
  return CLASSES[codePoint];
}

function ask(character: string): number {
  const decomposes = isReordered(character);
  return (
    (IS_PUNCTUATION.test(character) ? PUNCT : 0) |
    (decomposes ? DECOMPOSES : IS_NONSPACING_MARK.test(character) ? MARK : 0) |
    (!decomposes && (character === LAST_MARK || isReordered(LAST_MARK + character)) ? COMBINES : 0) |
    (character.toLowerCase() === character ? 0 : UPPER)
  );
}

/** Whether canonical decomposition changes a text. */
function isReordered(text: string): boolean {
  return text.normalize('NFD') !== text;
}

/** Code points of a string. */
function codePointList(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** Lower-case form of a code point flagged `UPPER`: one code point, or two for U+0130. No context (final sigma). */
export function lowercaseOf(codePoint: number): number | readonly number[] {
  return LOWER.get(codePoint) ?? codePointList(String.fromCodePoint(codePoint).toLowerCase());
}

/** Full canonical decomposition of a code point flagged `DECOMPOSES`. It never changes once assigned, says Unicode. */
export function decompositionOf(codePoint: number): readonly number[] {
  return codePointList(String.fromCodePoint(codePoint).normalize('NFD'));
}

/**
 * Places among some code points flagged `COMBINES`, by combining class: equal for those that keep their order. Unicode
 * never changes the class of a mark, and an engine shows it by which two it makes change places.
 */
export function combiningRanks(codePoints: Iterable<number>): ReadonlyMap<number, number> {
  const comesLater = (a: number, b: number): number => Number(isReordered(String.fromCodePoint(a, b)));
  const marks = [...new Set(codePoints)].sort((a, b) => comesLater(a, b) - comesLater(b, a));
  const ranks = new Map<number, number>();
  let rank = 0;
  marks.forEach((codePoint, index) => {
    if (index > 0) rank += comesLater(codePoint, marks[index - 1]);
    ranks.set(codePoint, rank);
  });
  return ranks;
}
