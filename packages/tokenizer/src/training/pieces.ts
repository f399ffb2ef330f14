/** All distinct words, cut into pieces, in typed arrays; merging joins neighbours where they lie. */
import { CONTINUATION_PREFIX } from '../wordpiece/vocabulary.js';
import { forEachCharacter } from './alphabet.js';
import { NONE } from './merge-queue.js';
import type { TokenList } from './token-list.js';
import type { WordCounts } from './word-counts.js';

const CODE_POINTS = 0x110000;
/** Stands before, between and after words. */
export const BOUNDARY = -1;

/**
 * A piece is known by its place: where its first character stands. Every place may be in one list of a candidate for
 * merging, by the pair of the piece there and the one after it.
 */
export interface Pieces {
  /** Id of the piece at each place, `BOUNDARY` between words. */
  readonly ids: Int32Array;
  /** Places that the piece covers, noted at its first and at its last place. */
  readonly spans: Int32Array;
  /** Word of each place. */
  readonly words: Int32Array;
  /** Places after and before in the same list, or `NONE`. */
  readonly following: Int32Array;
  readonly preceding: Int32Array;
  /** Candidate whose list the place is in, or `NONE`. */
  readonly candidates: Int32Array;
}

/**
 * Cuts words into characters, and gives `##` characters their ids, in the order of the alphabet. Characters outside
 * the alphabet are skipped, as in the reference.
 * @param alphabet code points, whose tokens `tokens` has already
 */
export function spell(words: WordCounts, alphabet: readonly number[], tokens: TokenList): Pieces {
  const beginning = new Int32Array(CODE_POINTS).fill(NONE);
  const continuing = new Int32Array(CODE_POINTS).fill(NONE);
  for (const codePoint of alphabet) beginning[codePoint] = tokens.add(String.fromCodePoint(codePoint));
  const isContinuation = new Uint8Array(CODE_POINTS);
  let places = 1;
  for (let word = 0; word < words.size; word += 1) {
    if (words.counts[word] === 0) continue;
    forEachCharacter(words, word, (codePoint, begins) => {
      if (beginning[codePoint] === NONE) return;
      places += 1;
      if (!begins) isContinuation[codePoint] = 1;
    });
    places += 1;
  }
  for (const codePoint of alphabet) {
    if (isContinuation[codePoint] === 0) continue;
    continuing[codePoint] = tokens.add(CONTINUATION_PREFIX + String.fromCodePoint(codePoint));
  }

  const pieces: Pieces = {
    ids: new Int32Array(places).fill(BOUNDARY),
    spans: new Int32Array(places).fill(1),
    words: new Int32Array(places),
    following: new Int32Array(places).fill(NONE),
    preceding: new Int32Array(places).fill(NONE),
    candidates: new Int32Array(places).fill(NONE),
  };
  let place = 1;
  for (let word = 0; word < words.size; word += 1) {
    if (words.counts[word] === 0) continue;
    forEachCharacter(words, word, (codePoint, begins) => {
      if (beginning[codePoint] === NONE) return;
      pieces.ids[place] = begins ? beginning[codePoint] : continuing[codePoint];
      pieces.words[place] = word;
      place += 1;
    });
    place += 1;
  }
  return pieces;
}
