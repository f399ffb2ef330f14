import type { TextInput, TextTokenizer, TokenSequence } from '../tokens/text-tokenizer.js';
import { codePointCounter } from './code-point-counter.js';

/** One text of a row: tokenised once more, with sources, when somebody asks where its tokens come from. */
export class TracedText {
  readonly #input: TextInput;
  readonly #tokenizer: TextTokenizer;
  readonly #unit: 'utf16' | 'codepoint';
  #needed = 0;
  #traced: TokenSequence | undefined;

  /** @param unit what offsets count */
  constructor(input: TextInput, tokenizer: TextTokenizer, unit: 'utf16' | 'codepoint') {
    this.#input = input;
    this.#tokenizer = tokenizer;
    this.#unit = unit;
  }

  /** Says that a row has some of the first `count` tokens. To be said before anybody asks for them. */
  need(count: number): void {
    if (count > this.#needed) this.#needed = count;
  }

  /** Tokens `from` to `to` as text. */
  tokens(from: number, to: number): readonly string[] {
    return this.#sequence().tokens.slice(from, to);
  }

  /** Words of tokens `from` to `to`. */
  words(from: number, to: number): readonly number[] {
    return Array.from(this.#sequence().words.slice(from, to));
  }

  /** Offsets of tokens `from` to `to`. */
  offsets(from: number, to: number): readonly (readonly [start: number, end: number])[] {
    const { starts, ends, words } = this.#sequence();
    const input = this.#input;
    const offsets: (readonly [number, number])[] = [];
    let counted: string | undefined;
    let count = (position: number): number => position;
    for (let index = from; index < to; index += 1) {
      const text = typeof input === 'string' ? input : input[words[index]];
      if (this.#unit === 'codepoint' && text !== counted) {
        counted = text;
        count = codePointCounter(text);
      }
      offsets.push([count(starts[index]), count(ends[index])]);
    }
    return offsets;
  }

  #sequence(): TokenSequence {
    return (this.#traced ??= this.#tokenizer.trace(this.#input, this.#needed));
  }
}
