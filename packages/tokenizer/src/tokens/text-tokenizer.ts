import type { Fidelity } from '../text/fidelity.js';
import type { NormalizerSettings } from '../text/normalized-text.js';
import type { Vocabulary } from '../wordpiece/vocabulary.js';
import type { ResolvedAddedToken } from './added-tokens.js';
import type { IdList } from './id-list.js';

/** A text, or a list of words that are tokenised one by one (word ids are then their places in the list). */
export type TextInput = string | readonly string[];

/**
 * Where tokens come from, three numbers each: start and end in the original text (of its word, for pre-split input), in
 * UTF-16 code units, and which word it is part of, from 0.
 */
export type Places = Int32Array | readonly number[];

/** A path from text to tokens. All give the same. */
export interface TextTokenizer {
  /** Appends the ids of a text; may stop when the list has `limit` of them. */
  appendIds(input: TextInput, limit: number, ids: IdList): void;
  /** The first `count` tokens of a text as text; there may be more of them. */
  tokens(input: TextInput, count: number): readonly string[];
  /** Where they come from. */
  places(input: TextInput, count: number): Places;
}

/** What decides how a text is cut. */
export interface SequenceSettings extends NormalizerSettings {
  readonly fidelity: Fidelity;
  /** Longer words become the unknown token; the fidelity says what is counted. */
  readonly maxInputCharsPerWord: number;
}

/** Makes a path from what a tokenizer is made of. */
export type MakeTextTokenizer = (
  vocabulary: Vocabulary,
  unknownId: number,
  settings: SequenceSettings,
  addedTokens: readonly ResolvedAddedToken[],
) => TextTokenizer;
