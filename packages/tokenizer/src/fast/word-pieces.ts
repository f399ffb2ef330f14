/** Word -> ids of its pieces, remembering the words it has seen. */
import type { Vocabulary } from '../wordpiece/vocabulary.js';
import type { WordLimit } from '../wordpiece/word-limit.js';
import { ABSENT, UnitMap, mixHash } from './unit-map.js';

/** Words remembered before all are forgotten: enough for a language, few enough for the processor's cache. */
const MOST_WORDS = 1 << 15;
/** Longer words hardly ever come back. */
const LONGEST_REMEMBERED = 48;
/** Slots looked at for a remembered word, so that words chosen to collide are forgotten rather than slow. */
const REACH = 32;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Cuts words as the general path does, but from UTF-16 units and into typed arrays. */
export class WordPieces {
  /** Lists of ids, each with its length before it. May be replaced by a longer one: read it after `find`. */
  lists = new Int32Array(1 << 10);
  /** A word with more units is the unknown token. */
  readonly mostUnits: number;
  readonly #first = new UnitMap();
  readonly #further = new UnitMap();
  readonly #words = new UnitMap(REACH);
  readonly #limit: WordLimit;
  readonly #vocabulary: Vocabulary;
  /** Longest piece, without `##`, in UTF-16 code units: no match can be longer. */
  #longest = 0;
  readonly #unknownId: number;
  readonly #hashes: Int32Array;
  #top = 0;

  constructor(vocabulary: Vocabulary, unknownId: number, limit: WordLimit) {
    const { maxInputCharsPerWord, wordLimitUnit } = limit;
    this.mostUnits = wordLimitUnit === 'byte' ? maxInputCharsPerWord : 2 * maxInputCharsPerWord;
    this.#vocabulary = vocabulary;
    this.#limit = limit;
    this.#unknownId = unknownId;
    const prefix = vocabulary.continuationPrefix;
    vocabulary.tokens.forEach((token, id) => {
      this.#addPiece(this.#first, token, id);
      if (token.startsWith(prefix)) this.#addPiece(this.#further, token.slice(prefix.length), id);
    });
    this.#hashes = new Int32Array(this.#longest);
  }

  /**
   * Pieces of `units[0, length)`.
   * @returns an id, when there is one piece; else -1 - the place in `lists` of their number, which the ids follow
   */
  find(units: Uint16Array, length: number, hash: number): number {
    const known = this.#words.get(units, 0, length, hash);
    return known === ABSENT ? this.#cut(units, length, hash) : known;
  }

  /** Id of a word of one code point. */
  idOf(codePoint: number): number {
    const { units, hash } = unitsOf(String.fromCodePoint(codePoint));
    return this.find(units, units.length, hash);
  }

  /** How many units a piece covers. */
  unitsOf(id: number, beginsWord: boolean): number {
    const { tokens, continuationPrefix } = this.#vocabulary;
    return tokens[id].length - (beginsWord ? 0 : continuationPrefix.length);
  }

  #addPiece(pieces: UnitMap, piece: string, id: number): void {
    // Words have no lone surrogates, so such a piece never occurs, though half a character might look like it.
    if (piece === '' || piece.length > this.mostUnits || LONE_SURROGATE.test(piece)) return;
    this.#longest = Math.max(this.#longest, piece.length);
    const { units, hash } = unitsOf(piece);
    pieces.add(units, 0, units.length, hash, id);
  }

  #cut(units: Uint16Array, length: number, hash: number): number {
    if (this.#words.size >= MOST_WORDS) {
      this.#words.clear();
      this.#top = 0;
    }
    if (this.#top + length >= this.lists.length) {
      const longer = new Int32Array((this.lists.length + length) * 2);
      longer.set(this.lists);
      this.lists = longer;
    }
    const list = this.#top;
    const count = this.#isTooLong(units, length) ? 0 : this.#greedy(units, length, list + 1);
    this.lists[list] = count;
    const value = count === 0 ? this.#unknownId : count === 1 ? this.lists[list + 1] : -1 - list;
    if (length <= LONGEST_REMEMBERED && this.#words.add(units, 0, length, hash, value) && count > 1) {
      this.#top += count + 1;
    }
    return value;
  }

  /** Writes the longest pieces, left to right, to `lists` from `place` on; gives their number, 0 when stuck. */
  #greedy(units: Uint16Array, length: number, place: number): number {
    const hashes = this.#hashes;
    let pieces = this.#first;
    let count = 0;
    for (let start = 0; start < length;) {
      const most = Math.min(this.#longest, length - start);
      let hash = 0;
      for (let index = 0; index < most; index += 1) {
        hash = mixHash(hash, units[start + index]);
        hashes[index] = hash;
      }
      let id = ABSENT;
      let taken = most;
      while (taken > 0) {
        id = pieces.get(units, start, taken, hashes[taken - 1]);
        if (id !== ABSENT) break;
        taken -= 1;
      }
      if (taken === 0) return 0;
      this.lists[place + count] = id;
      count += 1;
      start += taken;
      pieces = this.#further;
    }
    return count;
  }

  #isTooLong(units: Uint16Array, length: number): boolean {
    const { maxInputCharsPerWord, wordLimitUnit } = this.#limit;
    let size = 0;
    for (let index = 0; index < length; index += 1) {
      const unit = units[index];
      const isSurrogate = unit >= 0xd800 && unit < 0xe000;
      // Of a pair the first half counts as all, in bytes as two.
      if (wordLimitUnit === 'codepoint') size += isSurrogate && unit >= 0xdc00 ? 0 : 1;
      else size += isSurrogate ? 2 : unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    }
    return size > maxInputCharsPerWord;
  }
}

function unitsOf(text: string): { readonly units: Uint16Array; readonly hash: number } {
  const units = new Uint16Array(text.length);
  let hash = 0;
  for (let index = 0; index < units.length; index += 1) {
    units[index] = text.charCodeAt(index);
    hash = mixHash(hash, units[index]);
  }
  return { units, hash };
}
