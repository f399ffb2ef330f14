/** Text -> ids, in one pass over its UTF-16 units. */
import type { CharacterTable } from './character-table.js';
import { DEPENDS, DROPS, ENDS, PARTS } from './character-table.js';
import { type IdList } from './id-list.js';
import type { TokenList } from '../tokens/token-sequence.js';
import type { Trace } from './trace.js';
import { mixHash } from './unit-map.js';
import type { WordPieces } from './word-pieces.js';

/** The general path, for stretches with characters that depend on their neighbours. */
export interface GeneralPath {
  /** Tokens of `text.slice(from, to)`; words count from the beginning of the stretch. */
  stretch(text: string, from: number, to: number): TokenList;
}

/** Cuts stretches of text into tokens. Holds one word at a time. */
export class Scanner {
  readonly #table: CharacterTable;
  readonly #pieces: WordPieces;
  readonly #general: GeneralPath;
  readonly #unknownId: number;
  /** The word being read, and where each unit comes from. The last place takes all that is too long. */
  readonly #word: Uint16Array;
  readonly #sources: Int32Array;
  readonly #last: number;

  constructor(table: CharacterTable, pieces: WordPieces, unknownId: number, general: GeneralPath) {
    this.#table = table;
    this.#pieces = pieces;
    this.#general = general;
    this.#unknownId = unknownId;
    this.#last = pieces.mostUnits;
    this.#word = new Uint16Array(this.#last + 1);
    this.#sources = new Int32Array(this.#last + 1);
  }

  /**
   * Appends the ids of `text.slice(from, to)` to `out`. May stop when there are `limit` of them in all.
   * @param trace told where each token comes from; left out when nobody asks
   */
  scan(text: string, from: number, to: number, limit: number, out: IdList, trace: Trace | undefined): void {
    const { actions, isLocal } = this.#table;
    const word = this.#word;
    const sources = this.#sources;
    const last = this.#last;
    let length = 0;
    let hash = 0;
    // The last place before which nothing depends on what comes after: the general path can take over there.
    let bound = from;
    let boundCount = out.count;
    let boundWord = trace === undefined ? 0 : trace.word;
    for (let index = from; index < to; index += 1) {
      const source = index;
      const unit = text.charCodeAt(index);
      let action = actions[unit];
      if (action === 0) {
        const codePoint = codePointAt(text, index, to);
        if (codePoint > 0xffff) index += 1;
        action = this.#table.actionOf(codePoint);
      }
      if (action > 0) {
        const place = length < last ? length : last;
        word[place] = action;
        sources[place] = source;
        length += 1;
        hash = mixHash(hash, action);
        continue;
      }
      if (action === DROPS) continue;
      if ((-action & 3) === PARTS) {
        const { parts } = this.#table;
        const first = (-action >> 2) + 1;
        const end = first + parts[first - 1];
        for (let part = first; part < end; part += 1) {
          const place = length < last ? length : last;
          word[place] = parts[part];
          sources[place] = source;
          length += 1;
          hash = mixHash(hash, parts[part]);
        }
        continue;
      }
      if (action === DEPENDS) {
        const end = isLocal ? this.#boundAfter(text, index + 1, to) : to;
        out.count = boundCount;
        if (trace !== undefined) trace.word = boundWord;
        this.#take(this.#general.stretch(text, bound, end), out, trace);
        index = end - 1;
      } else {
        if (length > 0) this.#finish(text, length, hash, out, trace);
        if (action !== ENDS) {
          if (trace !== undefined) trace.mark(out.count, source, index + 1);
          out.push((-action >> 2) - 1);
        }
        if (out.count >= limit) return;
      }
      length = 0;
      hash = 0;
      if (isLocal) {
        bound = index + 1;
        boundCount = out.count;
        if (trace !== undefined) boundWord = trace.word;
      }
    }
    if (length > 0) this.#finish(text, length, hash, out, trace);
  }

  #finish(text: string, length: number, hash: number, out: IdList, trace: Trace | undefined): void {
    const value = length > this.#last ? this.#unknownId : this.#pieces.find(this.#word, length, hash);
    if (value >= 0) {
      if (trace !== undefined) {
        const end = this.#sources[Math.min(length - 1, this.#last)];
        trace.mark(out.count, this.#sources[0], endOf(text, end));
      }
      out.push(value);
      return;
    }
    const { lists } = this.#pieces;
    const first = -value;
    const end = first + lists[first - 1];
    for (let index = first, place = 0; index < end; index += 1) {
      const id = lists[index];
      if (trace !== undefined) {
        const start = this.#sources[place];
        place += this.#pieces.unitsOf(id, index === first);
        trace.markPiece(out.count, start, endOf(text, this.#sources[place - 1]));
      }
      out.push(id);
    }
    if (trace !== undefined) trace.endWord();
  }

  /** Appends what the general path made of a stretch. */
  #take({ ids, starts, ends, words }: TokenList, out: IdList, trace: Trace | undefined): void {
    for (let index = 0; index < ids.length; index += 1) {
      trace?.markPiece(out.count, starts[index], ends[index]);
      if (words[index + 1] !== words[index]) trace?.endWord();
      out.push(ids[index]);
    }
  }

  /** Start of the first character from `from` on that ends whatever is before it. */
  #boundAfter(text: string, from: number, to: number): number {
    for (let index = from; index < to; index += 1) {
      const codePoint = codePointAt(text, index, to);
      const action = this.#table.actionOf(codePoint);
      if (action === ENDS || (action < 0 && (-action & 3) === 0)) return index;
      if (codePoint > 0xffff) index += 1;
    }
    return to;
  }
}

/** As `String.codePointAt`, but what lies from `to` on is not looked at. */
function codePointAt(text: string, index: number, to: number): number {
  return index + 1 < to ? (text.codePointAt(index) ?? 0) : text.charCodeAt(index);
}

function endOf(text: string, start: number): number {
  return start + ((text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1);
}
