import type { TextInput, TextTokenizer, TokenSequence } from '../tokens/text-tokenizer.js';
import { codePointCounter } from './code-point-counter.js';
import type { RowInput } from './inputs.js';
import type { PlannedRow } from './plan-rows.js';

/** One text of a row: tokenised once more, with sources, when somebody asks where its tokens come from. */
export class TracedText {
  readonly #input: TextInput;
  readonly #tokenizer: TextTokenizer;
  readonly #unit: 'utf16' | 'codepoint';
  readonly #needed: number;
  #traced: TokenSequence | undefined;

  /**
   * @param needed how many of its first tokens will be asked for
   * @param unit what offsets count
   */
  constructor(input: TextInput, tokenizer: TextTokenizer, needed: number, unit: 'utf16' | 'codepoint') {
    this.#input = input;
    this.#tokenizer = tokenizer;
    this.#needed = needed;
    this.#unit = unit;
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

/** What the rows of one input are made from. */
export class RowSource {
  readonly #input: RowInput;
  readonly #tokenizer: TextTokenizer;
  readonly #unit: 'utf16' | 'codepoint';
  #firstNeeded = 0;
  #secondNeeded = 0;
  #first: TracedText | undefined;
  #second: TracedText | undefined;

  /** @param unit what offsets count */
  constructor(input: RowInput, tokenizer: TextTokenizer, unit: 'utf16' | 'codepoint') {
    this.#input = input;
    this.#tokenizer = tokenizer;
    this.#unit = unit;
  }

  /** Says that there is such a row. To be said before anybody asks for a text. */
  need({ firstFrom, firstLength, secondFrom, secondLength }: PlannedRow): void {
    this.#firstNeeded = Math.max(this.#firstNeeded, firstFrom + firstLength);
    this.#secondNeeded = Math.max(this.#secondNeeded, secondFrom + secondLength);
  }

  /** The first text. */
  get first(): TracedText {
    return (this.#first ??= this.#trace(this.#input.text, this.#firstNeeded));
  }

  /** The second text, if there is one. */
  get second(): TracedText | undefined {
    if (this.#input.pair === undefined) return undefined;
    return (this.#second ??= this.#trace(this.#input.pair, this.#secondNeeded));
  }

  #trace(text: TextInput, needed: number): TracedText {
    return new TracedText(text, this.#tokenizer, needed, this.#unit);
  }
}
