/**
 * The JavaScript engine's own Unicode, for the fidelities whose reference takes whatever Unicode its platform has
 * (Python's `unicodedata`, ICU and RE2). Properties of assigned characters hardly ever change and decompositions
 * never do, so engines differ in characters younger than themselves; `huggingface` uses tables of ours instead.
 */
import type { AccentTables } from './strip-accents.js';

const PUNCTUATION = /^[\p{P}$+<=>^`|~]$/u;
const CONTROL_OR_FORMAT = /^[\p{Cc}\p{Cf}]$/u;
/** With the line and paragraph separators, where Python's `split` cuts too. */
const SEPARATOR = /^[\p{Z}\t\n\r]$/u;
const CASED = /^\p{Cased}$/u;
const CASE_IGNORABLE = /^\p{Case_Ignorable}$/u;
const CAPITAL_SIGMA = 0x3a3;
const FINAL_SIGMA = 0x3c2;

const test =
  (pattern: RegExp) =>
  (codePoint: number): boolean =>
    pattern.test(String.fromCodePoint(codePoint));

/** ASCII symbols and Unicode's punctuation. */
export const isPunctuation = test(PUNCTUATION);
/** General category Cc or Cf. */
export const isControlOrFormat = test(CONTROL_OR_FORMAT);
/** Tab, line feed, carriage return, or general category Z. */
export const isSeparator = test(SEPARATOR);
const isCased = test(CASED);
const isCaseIgnorable = test(CASE_IGNORABLE);

/** Decompositions and nonspacing marks. */
export const ENGINE_ACCENTS: AccentTables = {
  decompose: (codePoint) => codePointList(String.fromCodePoint(codePoint).normalize('NFD')),
  isMark: test(/^\p{Mn}$/u),
};

/** Code points of a string. */
export function codePointList(text: string): number[] {
  return Array.from(text, (character) => character.codePointAt(0) ?? 0);
}

/** Lower case of one code point among others: a capital sigma that ends a word becomes the final one. */
export function lowercaseAt(codePoints: readonly number[], index: number): readonly number[] {
  const codePoint = codePoints[index] ?? 0;
  if (codePoint === CAPITAL_SIGMA && endsWord(codePoints, index)) return [FINAL_SIGMA];
  return codePointList(String.fromCodePoint(codePoint).toLowerCase());
}

/** Unicode's Final_Sigma: a cased letter before it and none after it, case-ignorable characters skipped. */
function endsWord(codePoints: readonly number[], index: number): boolean {
  const neighbourIsCased = (step: number): boolean => {
    let place = index + step;
    while (isCaseIgnorable(codePoints[place] ?? 0)) place += step;
    return isCased(codePoints[place] ?? 0);
  };
  return neighbourIsCased(-1) && !neighbourIsCased(1);
}
