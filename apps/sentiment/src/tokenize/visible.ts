// Controls, invisible format characters (right-to-left marks too), line separators, private use, lone surrogates.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;
// Marks are drawn over the letter before; wide characters take two columns.
const NO_COLUMN = /\p{Mn}|\p{Me}/u;
const TWO_COLUMNS =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\u{1f300}-\u{1faff}]|[\u{20000}-\u{3fffd}]/u;

/** A text that no terminal obeys: what cannot be seen is written `\u{200d}`. */
export function visible(text: string): string {
  return text.replaceAll(INVISIBLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Columns that a visible text takes in most terminals. */
export function columns(text: string): number {
  let count = 0;
  for (const character of text) count += NO_COLUMN.test(character) ? 0 : TWO_COLUMNS.test(character) ? 2 : 1;
  return count;
}
