/** Text -> ids, in one pass over its UTF-16 units. */
import type { IdList } from '../tokens/id-list.js';
import type { SequenceSettings } from '../tokens/text-tokenizer.js';
import { CharacterTable, DEPENDS, DROPS, ENDS, PARTS } from './character-table.js';
import type { Trace } from './trace.js';
import { mixHash } from './unit-map.js';
import { endOf, unitText } from './unit-text.js';
import type { UnitText } from './unit-text.js';
import type { WordPieces } from './word-pieces.js';

/** Room for a word of so many units, at first; the default limit on words is less. */
const FIRST_ROOM = 256;
/** No character becomes more units. U+FDFA becomes 18. */
const MOST_PARTS = 32;

/** Cuts stretches of text into tokens. Holds one word at a time. */
export class Scanner {
  readonly #table: CharacterTable;
  readonly #pieces: WordPieces;
  readonly #settings: SequenceSettings;
  readonly #unknownId: number;
  /** The word being read, and where each unit comes from. The last place takes all that is too long. */
  #word = new Uint16Array(FIRST_ROOM);
  #sources = new Int32Array(FIRST_ROOM);
  /** The same for texts that are normalised already. */
  #further: Scanner | undefined;

  /** @param isNormalized whether it reads what is normalised already */
  constructor(pieces: WordPieces, settings: SequenceSettings, unknownId: number, isNormalized: boolean) {
    this.#pieces = pieces;
    this.#settings = settings;
    this.#unknownId = unknownId;
    this.#table = new CharacterTable(settings, (codePoint) => pieces.idOf(codePoint), isNormalized);
  }

  /**
   * Appends the ids of `text.slice(from, to)` to `out`. May stop when there are `limit` of them in all.
   * @param trace told where each token comes from; left out when nobody asks
   */
  scan(text: string, from: number, to: number, limit: number, out: IdList, trace: Trace | undefined): void {
    const { actions, isLocal } = this.#table;
    let word = this.#word;
    let sources = this.#sources;
    let last = word.length - 1;
    let length = 0;
    let hash = 0;
    // The last place before which nothing depends on what comes after: all from there on is normalised together.
    let bound = from;
    let boundCount = out.count;
    let boundWord = trace?.word ?? 0;
    for (let index = from; index < to; index += 1) {
      if (length >= last - MOST_PARTS && this.#grow()) {
        word = this.#word;
        sources = this.#sources;
        last = word.length - 1;
      }
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
        const normalized = unitText(text, bound, end, this.#settings);
        this.scanNormalized(text, normalized, 0, normalized.units.length, limit, out, trace);
        index = end - 1;
      } else {
        if (length > 0) this.#finish(text, length, hash, out, trace);
        if (action !== ENDS) {
          trace?.mark(out.count, source, index + 1);
          out.push((-action >> 2) - 1);
        }
      }
      if (out.count >= limit) return;
      length = 0;
      hash = 0;
      if (isLocal) {
        bound = index + 1;
        boundCount = out.count;
        boundWord = trace?.word ?? 0;
      }
    }
    if (length > 0) this.#finish(text, length, hash, out, trace);
  }

  /** The same for units `from` to `to` of what a stretch of the text becomes. */
  scanNormalized(
    text: string,
    normalized: UnitText,
    from: number,
    to: number,
    limit: number,
    out: IdList,
    trace: Trace | undefined,
  ): void {
    const first = out.count;
    this.#further ??= new Scanner(this.#pieces, this.#settings, this.#unknownId, true);
    this.#further.scan(normalized.units, from, to, limit, out, trace);
    trace?.translate(first, out.count, text, normalized);
  }

  /** Makes room for a longer word; `false` when it is too long. */
  #grow(): boolean {
    const room = this.#word.length;
    if (room > this.#pieces.mostUnits + MOST_PARTS) return false;
    const word = new Uint16Array(2 * room);
    const sources = new Int32Array(2 * room);
    word.set(this.#word);
    sources.set(this.#sources);
    this.#word = word;
    this.#sources = sources;
    return true;
  }

  #finish(text: string, length: number, hash: number, out: IdList, trace: Trace | undefined): void {
    const isTooLong = length > this.#pieces.mostUnits;
    const value = isTooLong ? this.#unknownId : this.#pieces.find(this.#word, length, hash);
    if (value >= 0) {
      if (trace !== undefined) {
        const end = this.#sources[Math.min(length, this.#sources.length) - 1];
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
    trace?.endWord();
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
