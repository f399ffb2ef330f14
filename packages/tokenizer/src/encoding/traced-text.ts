import type { Places, TextInput, TextTokenizer } from '../tokens/text-tokenizer.js';
import { codePointCounter } from './code-point-counter.js';
import type { ResolvedEncodeOptions } from './encode-options.js';

/** Start and end of a token. */
export type Offset = readonly [start: number, end: number];

/** Offsets of short tokens near the start of a text are the same in all texts, and shared: less to make and collect. */
const NEAR = 512;
const SHORT = 16;
const shared = new Array<Offset | undefined>(NEAR * SHORT);

/** One text of a row: tokenised once more, with sources, when somebody asks where its tokens come from. */
export class TracedText {
  readonly #input: TextInput;
  readonly #tokenizer: TextTokenizer;
  readonly #options: ResolvedEncodeOptions;
  /** How many of its first tokens may be asked for. To be set before anybody asks. */
  needed = 0;
  /** Kept for other windows of the text. */
  #tokens: readonly string[] | undefined;
  #places: Places | undefined;

  constructor(input: TextInput, tokenizer: TextTokenizer, options: ResolvedEncodeOptions) {
    this.#input = input;
    this.#tokenizer = tokenizer;
    this.#options = options;
  }

  /** Gives tokens as text. */
  tokens(): (index: number) => string {
    const tokens = this.#tokens ?? this.#tokenizer.tokens(this.#input, this.needed);
    if (this.#options.overflowing) this.#tokens = tokens;
    return (index) => tokens[index];
  }

  /** Gives the words of tokens. */
  words(): (index: number) => number {
    const places = this.#traced();
    return (index) => places[3 * index + 2];
  }

  /** Gives the offsets of tokens. */
  offsets(): (index: number) => Offset {
    const places = this.#traced();
    const input = this.#input;
    const isUtf16 = this.#options.offsetUnit === 'utf16';
    let counted: string | undefined;
    let count = (position: number): number => position;
    return (index) => {
      const text = isUtf16 || typeof input === 'string' ? input : input[places[3 * index + 2]];
      if (!isUtf16 && text !== counted) {
        counted = text as string;
        count = codePointCounter(counted);
      }
      return offset(count(places[3 * index]), count(places[3 * index + 1]));
    };
  }

  #traced(): Places {
    if (this.#places !== undefined) return this.#places;
    const places = this.#tokenizer.places(this.#input, this.needed);
    if (this.#options.overflowing) this.#places = places;
    return places;
  }
}

function offset(start: number, end: number): Offset {
  const length = end - start;
  if (start >= NEAR || length >= SHORT) return [start, end];
  return (shared[start * SHORT + length] ??= Object.freeze([start, end] as const));
}
