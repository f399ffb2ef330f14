import type { Vocabulary } from './vocabulary.js';

/** Longer words, counted in code points after normalisation, become the unknown token. Hugging Face's limit. */
const MAX_WORD_CODE_POINTS = 100;

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
 */
export function wordPieces(
  codePoints: readonly number[],
  from: number,
  to: number,
  vocabulary: Vocabulary,
  unknownId: number,
): readonly Piece[] {
  const length = to - from;
  const unknown = (reason: UnknownReason): readonly Piece[] => [
    { id: unknownId, from: 0, to: length, unknown: reason },
  ];
  if (length > MAX_WORD_CODE_POINTS)
    return unknown({ reason: 'too-long', length, limit: MAX_WORD_CODE_POINTS });

  let word = '';
  const boundaries: number[] = [];
  for (let index = from; index < to; index += 1) {
    boundaries.push(word.length);
    word += String.fromCodePoint(codePoints[index] ?? 0);
  }
  boundaries.push(word.length);

  const pieces: Piece[] = [];
  let start = 0;
  while (start < length) {
    const first = boundaries[start] ?? 0;
    let end = Math.min(length, start + vocabulary.longestPiece);
    let id: number | undefined;
    for (; end > start; end -= 1) {
      const piece = word.slice(first, boundaries[end]);
      id = start === 0 ? vocabulary.idOf(piece) : vocabulary.continuationIdOf(piece);
      if (id !== undefined) break;
    }
    if (id === undefined) return unknown({ reason: 'no-piece', at: start });
    pieces.push({ id, from: start, to: end });
    start = end;
  }
  return pieces;
}
