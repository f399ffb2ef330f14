import type { EncodedRows } from './encoded-chunk.js';

/** Ids of some texts of a corpus, one row each, as long as they are: nothing is padded. B rows. */
export interface CorpusBatch {
  /** Index of the first text in the corpus, from 0; in a file its line number less 1. */
  readonly firstText: number;
  /** Texts in this batch. */
  readonly texts: number;
  /** Rows, B: one per text, and with `returnOverflowingTokens` one per window. */
  readonly rows: number;
  /** Token ids of all rows, one row after the other, int32. The attention mask would be 1, the token type 0. */
  readonly inputIds: Int32Array;
  /** Where each row begins in `inputIds`, and where the last ends; int32 `[B + 1]`. */
  readonly rowStarts: Int32Array;
  /** For each row its text, counted from `firstText`; int32 `[B]`. Differs from 0, 1, 2, … only with windows. */
  readonly overflowToSample: Int32Array;
  /** Ids of one row, int32 `[T]`: a view into `inputIds`. Of no length for a row that there is not. */
  row(index: number): Int32Array;
}

/** @param firstText index of the first text in the corpus */
export function corpusBatch(firstText: number, rows: EncodedRows): CorpusBatch {
  const { texts, inputIds, rowStarts, overflowToSample } = rows;
  return {
    firstText,
    texts,
    rows: rowStarts.length - 1,
    inputIds,
    rowStarts,
    overflowToSample,
    row: (index) => inputIds.subarray(rowStarts[index] ?? 0, rowStarts[index + 1] ?? 0),
  };
}
