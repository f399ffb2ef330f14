import { endOf } from './unit-text.js';
import type { UnitText } from './unit-text.js';

/** How many numbers a token has in `places`. */
const FIELDS = 3;

/** Where the tokens of one input come from: filled while it is scanned. */
export class Trace {
  /** Start, end and word of each token. */
  readonly places: Int32Array;
  /** Number of the word that comes next. */
  word = 0;
  readonly #step: number;
  #added: Map<number, string> | undefined;

  /**
   * @param count how many tokens are wanted; those after are not kept
   * @param presplit the words are given, so `word` is set from outside
   */
  constructor(count: number, presplit: boolean) {
    this.places = new Int32Array(count * FIELDS);
    this.#step = presplit ? 0 : 1;
  }

  /** A piece of the current word. Past the wanted ones this does nothing, as typed arrays ignore such places. */
  markPiece(index: number, start: number, end: number): void {
    this.places[index * FIELDS] = start;
    this.places[index * FIELDS + 1] = end;
    this.places[index * FIELDS + 2] = this.word;
  }

  /** The current word has no more pieces. */
  endWord(): void {
    this.word += this.#step;
  }

  /** A word of one token. */
  mark(index: number, start: number, end: number): void {
    this.markPiece(index, start, end);
    this.endWord();
  }

  /** An added token, and what it looks like in the text. */
  markAdded(index: number, start: number, end: number, token: string): void {
    this.#added ??= new Map();
    this.#added.set(index, token);
    this.mark(index, start, end);
  }

  /** Tokens `from` to `to` were marked with places in what the text becomes: says where in the text they come from. */
  translate(from: number, to: number, text: string, { sources }: UnitText): void {
    const { places } = this;
    for (let at = from * FIELDS; at < Math.min(to * FIELDS, places.length); at += FIELDS) {
      places[at] = sources[places[at]];
      places[at + 1] = endOf(text, sources[places[at + 1] - 1]);
    }
  }

  /** What an added token looks like; `undefined` for any other. */
  addedAt(index: number): string | undefined {
    return this.#added?.get(index);
  }
}
