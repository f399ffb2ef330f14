/** Where the tokens of one input come from. Lists run along its ids. */
export class Trace {
  /** Start in the text (of its word, for pre-split input), in UTF-16 code units. */
  readonly starts: Int32Array;
  /** End. */
  readonly ends: Int32Array;
  /** Word. */
  readonly words: Int32Array;
  /** Added tokens found in the text: which id of the list, and what they looked like. */
  readonly added = new Map<number, string>();
  /** Number of the word that comes next. */
  word = 0;
  readonly #step: number;

  /**
   * @param count how many tokens are wanted; those after are not kept
   * @param presplit the words are given, so `word` is set from outside
   */
  constructor(count: number, presplit: boolean) {
    this.starts = new Int32Array(count);
    this.ends = new Int32Array(count);
    this.words = new Int32Array(count);
    this.#step = presplit ? 0 : 1;
  }

  /** A piece of the current word. Past the wanted ones this does nothing, as typed arrays ignore such places. */
  markPiece(index: number, start: number, end: number): void {
    this.starts[index] = start;
    this.ends[index] = end;
    this.words[index] = this.word;
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
}
