import type { TextInput, TextTokenizer, TokenSequence } from '../tokens/text-tokenizer.js';
import { codePointCounter } from './code-point-counter.js';

/** Start and end of a token. */
export type Offset = readonly [start: number, end: number];

/** One text of a row: tokenised once more, with sources, when somebody asks where its tokens come from. */
export class TracedText {
  readonly #input: TextInput;
  readonly #tokenizer: TextTokenizer;
  readonly #unit: 'utf16' | 'codepoint';
  /** How many of its first tokens may be asked for. To be set before anybody asks. */
  needed = 0;
  #traced: TokenSequence | undefined;

  /** @param unit what offsets count */
  constructor(input: TextInput, tokenizer: TextTokenizer, unit: 'utf16' | 'codepoint') {
    this.#input = input;
    this.#tokenizer = tokenizer;
    this.#unit = unit;
  }

  /** Appends tokens `from` to `to` as text. */
  appendTokens(list: string[], from: number, to: number): void {
    const { tokens } = this.#sequence();
    for (let index = from; index < to; index += 1) list.push(tokens[index]);
  }

  /** Appends the words of tokens `from` to `to`. */
  appendWords(list: (number | null)[], from: number, to: number): void {
    const { places } = this.#sequence();
    for (let index = from; index < to; index += 1) list.push(places[3 * index + 2]);
  }

  /** Appends the offsets of tokens `from` to `to`. */
  appendOffsets(list: Offset[], from: number, to: number): void {
    const { places } = this.#sequence();
    if (this.#unit === 'utf16') {
      for (let index = from; index < to; index += 1) list.push([places[3 * index], places[3 * index + 1]]);
      return;
    }
    const input = this.#input;
    let counted: string | undefined;
    let count = codePointCounter('');
    for (let index = from; index < to; index += 1) {
      const text = typeof input === 'string' ? input : input[places[3 * index + 2]];
      if (text !== counted) {
        counted = text;
        count = codePointCounter(text);
      }
      list.push([count(places[3 * index]), count(places[3 * index + 1])]);
    }
  }

  #sequence(): TokenSequence {
    return (this.#traced ??= this.#tokenizer.trace(this.#input, this.needed));
  }
}
