import type { IdList } from '../fast/id-list.js';

/** A text, or a list of words that are tokenised one by one (word ids are then their places in the list). */
export type TextInput = string | readonly string[];

/** The tokens of one input. Lists with one entry per token. */
export interface TokenSequence {
  /** Tokens as text. */
  readonly tokens: readonly string[];
  /** Start in the original text (of its word, for pre-split input), in UTF-16 code units. */
  readonly starts: ArrayLike<number>;
  /** End. */
  readonly ends: ArrayLike<number>;
  /** Which word the token is part of, from 0. */
  readonly words: readonly number[] | Int32Array;
}

/** A path from text to tokens. All give the same. */
export interface TextTokenizer {
  /** Appends the ids of a text; may stop when the list has `limit` of them. */
  appendIds(input: TextInput, limit: number, ids: IdList): void;
  /** Says where the first `count` tokens of a text come from; there may be more of them. */
  trace(input: TextInput, count: number): TokenSequence;
}
