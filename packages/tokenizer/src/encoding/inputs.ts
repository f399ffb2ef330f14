import type { TextInput } from '../tokens/text-tokenizer.js';

/** One input of a batch: a text; `[text, pair]`; or an object, which can also hold pre-split words. */
export type BatchInput = string | readonly [text: string, pair: string] | EncodeInput;

/** A text with or without a second one. */
export interface EncodeInput {
  /** The text, or its words. */
  readonly text: TextInput;
  /** The second text of a pair, or its words. */
  readonly pair?: TextInput;
}

/** The same in one form. Lists of words are copies, since they are read again later. */
export interface RowInput {
  readonly text: TextInput;
  readonly pair: TextInput | undefined;
}

/** Brings an input into the one form. */
export function toRowInput(input: BatchInput): RowInput {
  if (typeof input === 'string') return { text: input, pair: undefined };
  if (isPair(input)) return { text: input[0], pair: input[1] };
  return { text: copyOf(input.text), pair: input.pair === undefined ? undefined : copyOf(input.pair) };
}

function isPair(input: BatchInput): input is readonly [text: string, pair: string] {
  return Array.isArray(input);
}

function copyOf(input: TextInput): TextInput {
  return typeof input === 'string' ? input : [...input];
}
