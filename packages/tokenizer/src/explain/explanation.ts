/** What `explain` gives: plain data that survives JSON. All places are UTF-16 code units of the text as given. */
import type { NormalizationStage } from '../text/normalized-text.js';

/** What each stage made of one text. */
export interface Explanation {
  /** The text as given. */
  readonly text: string;
  /** Added tokens found as they are written, and the texts between them. Together they cover the text. */
  readonly segments: readonly (ExplainedAddedToken | ExplainedText)[];
  /** The row that `encode(text)` gives, special tokens included. */
  readonly tokens: readonly ExplainedToken[];
}

/** A stretch of the text as given: `text.slice(start, end)` is `source`. */
export interface ExplainedSource {
  readonly start: number;
  readonly end: number;
  readonly source: string;
}

/** An added token, such as `[MASK]`, which is never cut. */
export interface ExplainedAddedToken extends ExplainedSource {
  readonly kind: 'added-token';
  readonly id: number;
  /** Its text as it was added, which may differ from `source` (case, white space taken along). */
  readonly token: string;
}

/** Text between added tokens. */
export interface ExplainedText extends ExplainedSource {
  readonly kind: 'text';
  /** The text after each step of normalisation that is switched on, in the order they are taken. */
  readonly stages: readonly { readonly stage: NormalizationStage; readonly text: string }[];
  /** The text after cleaning: control characters gone, white space made spaces, ideographs set apart. */
  readonly cleaned: string;
  /** The text after the last step, which is what words are cut from. */
  readonly normalized: string;
  /** Every character that normalisation changed, in order. */
  readonly changes: readonly ExplainedChange[];
  /** The words, in order; among them added tokens that were found in the normalised text. */
  readonly words: readonly (ExplainedWord | ExplainedAddedToken)[];
}

/** One character that normalisation changed. */
export interface ExplainedChange extends ExplainedSource {
  /** What became of it; empty when it was removed. */
  readonly result: string;
  /** The steps that changed it. */
  readonly stages: readonly NormalizationStage[];
}

/** One word and its pieces. */
export interface ExplainedWord extends ExplainedSource {
  readonly kind: 'word';
  /** The word after normalisation. */
  readonly text: string;
  /** At least one; the unknown token alone when `unknown` says why. */
  readonly pieces: readonly ExplainedPiece[];
  /** Why the word became the unknown token; `null` when it did not. */
  readonly unknown: ExplainedUnknown | null;
}

/** Why a word became the unknown token. */
export type ExplainedUnknown =
  /** No piece of the vocabulary begins `rest`, which is what was left of the word after the pieces before it. */
  | { readonly reason: 'no-piece'; readonly rest: string }
  /** The word has `length` characters (code points after normalisation), more than the `limit`. */
  | { readonly reason: 'too-long'; readonly length: number; readonly limit: number };

/** One piece of a word. */
export interface ExplainedPiece extends ExplainedSource {
  readonly id: number;
  /** As the vocabulary has it, `##` and all. */
  readonly token: string;
}

/** One token of the final row. */
export interface ExplainedToken extends ExplainedSource {
  readonly id: number;
  readonly token: string;
  /** Token type: 0, since there is one text. */
  readonly type: number;
  /** Which word of the text, from 0; `null` for a special token that was put round the text. */
  readonly word: number | null;
  /** Whether it was put round the text, so that `source` is empty. */
  readonly special: boolean;
}
