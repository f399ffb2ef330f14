/** What encoding one text, or pair, gives. */

/** One row of model input and where each token came from. Every list has T entries. */
export interface Encoding {
  /** Token ids, int32 `[T]`. */
  readonly inputIds: Int32Array;
  /** 0 for the first text and its special tokens, 1 for the second and its `[SEP]`, 0 for padding; int32 `[T]`. */
  readonly tokenTypeIds: Int32Array;
  /** 1 for tokens, 0 for padding; int32 `[T]`. */
  readonly attentionMask: Int32Array;
  /** 1 for special tokens that were added and for padding, 0 for all that comes from the text; int32 `[T]`. */
  readonly specialTokensMask: Int32Array;
  /** Tokens as text. */
  readonly tokens: readonly string[];
  /**
   * Start and end of each token in its text, `[0, 0]` for added tokens and padding. In UTF-16 code units, so that
   * `text.slice(start, end)` is the token's source, or in code points when `offsetUnit` says so. For pre-split
   * words the offsets count within the word.
   */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** Which word of its text the token belongs to; `null` for added tokens and padding. */
  readonly wordIds: readonly (number | null)[];
  /** 0 or 1: which text the token belongs to; `null` for added tokens and padding. */
  readonly sequenceIds: readonly (number | null)[];
  /** The further windows of a truncated text; empty unless `returnOverflowingTokens` was set. */
  readonly overflowing: readonly Encoding[];
}

/** Many rows of the same length T. */
export interface BatchEncoding {
  /** Token ids, int32, row-major `[B, T]`. */
  readonly inputIds: Int32Array;
  /** 1 for tokens, 0 for padding; int32, row-major `[B, T]`. */
  readonly attentionMask: Int32Array;
  /** 0 for the first text and padding, 1 for the second text; int32, row-major `[B, T]`. */
  readonly tokenTypeIds: Int32Array;
  /** `[B, T]`: rows and tokens per row. */
  readonly shape: readonly [rows: number, tokens: number];
  /** The rows one by one, with offsets and the rest. */
  readonly encodings: readonly Encoding[];
  /** For each row the index of the input it came from; differs from 0, 1, 2, … only with overflowing windows. */
  readonly overflowToSample: Int32Array;
}
