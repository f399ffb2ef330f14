import type { Vocabulary } from '../wordpiece/vocabulary.js';
import type { WordLimit } from '../wordpiece/word-limit.js';

/** One piece of a word: its id and the code points it covers, counted from the beginning of the word. */
export interface Piece {
  readonly id: number;
  readonly from: number;
  readonly to: number;
  /** Why the word is the unknown token; absent on pieces that were found. */
  readonly unknown?: UnknownReason;
}

/** Why a word became the unknown token: nothing in the vocabulary goes on from code point `at`, or it is too long. */
export type UnknownReason =
  | { readonly reason: 'no-piece'; readonly at: number }
  | { readonly reason: 'too-long'; readonly length: number; readonly limit: number };

/**
 * Cuts a word, given as code points `from` (inclusive) to `to` (exclusive), into the longest pieces the vocabulary
 * has, left to right. One gap makes the whole word the unknown token.
 * @param longestPiece no piece has more code points
 */
export function wordPieces(
  codePoints: readonly number[],
  from: number,
  to: number,
  vocabulary: Vocabulary,
  unknownId: number,
  longestPiece: number,
  { maxInputCharsPerWord: limit, wordLimitUnit }: WordLimit,
): readonly Piece[] {
  const length = to - from;
  const unknown = (reason: UnknownReason): readonly Piece[] => [
    { id: unknownId, from: 0, to: length, unknown: reason },
  ];
  const size = wordLimitUnit === 'byte' ? utf8Length(codePoints, from, to) : length;
  if (size > limit) return unknown({ reason: 'too-long', length: size, limit });

  let word = '';
  const boundaries: number[] = [];
  for (let index = from; index < to; index += 1) {
    const codePoint = codePoints[index] ?? 0;
    // Two lone surrogates that cleaning brought together must not turn into the character they would encode.
    if (codePoint >= 0xd800 && codePoint < 0xe000) return unknown({ reason: 'no-piece', at: index - from });
    boundaries.push(word.length);
    word += String.fromCodePoint(codePoint);
  }
  boundaries.push(word.length);

  const pieces: Piece[] = [];
  let start = 0;
  while (start < length) {
    const first = boundaries[start] ?? 0;
    let end = Math.min(length, start + longestPiece);
    let id: number | undefined;
    for (; end > start; end -= 1) {
      const piece = word.slice(first, boundaries[end]);
      id = vocabulary.idOf(start === 0 ? piece : vocabulary.continuationPrefix + piece);
      if (id !== undefined) break;
    }
    if (id === undefined) return unknown({ reason: 'no-piece', at: start });
    pieces.push({ id, from: start, to: end });
    start = end;
  }
  return pieces;
}

/** Bytes that code points `from` to `to` take in UTF-8. */
function utf8Length(codePoints: readonly number[], from: number, to: number): number {
  let bytes = 0;
  for (let index = from; index < to; index += 1) {
    const codePoint = codePoints[index] ?? 0;
    bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
  }
  return bytes;
}
