/** Rows -> matrices. */
import type { BatchEncoding, Encoding } from './encoding.js';
import { TokenizerError } from '../errors.js';

/** Rows with the input each came from. */
export interface Rows {
  readonly encodings: readonly Encoding[];
  readonly samples: readonly number[];
}

/** Puts overflowing windows after the row they belong to. */
export function flattenRows(encodings: readonly Encoding[]): Rows {
  const rows: Encoding[] = [];
  const samples: number[] = [];
  encodings.forEach((encoding, sample) => {
    for (const row of [encoding, ...encoding.overflowing]) {
      rows.push(row);
      samples.push(sample);
    }
  });
  return { encodings: rows, samples };
}

/** @throws TokenizerError `ragged-batch` when rows differ in length */
export function stackRows({ encodings, samples }: Rows): BatchEncoding {
  const rows = encodings.length;
  const length = encodings[0]?.inputIds.length ?? 0;
  const inputIds = new Int32Array(rows * length);
  const attentionMask = new Int32Array(rows * length);
  const tokenTypeIds = new Int32Array(rows * length);
  encodings.forEach((encoding, row) => {
    const found = encoding.inputIds.length;
    if (found !== length) {
      throw new TokenizerError(
        'ragged-batch',
        `encodeBatch: expected all rows to have ${length} tokens as row 0 has, found ${found} in row ${row}. ` +
          'Use padding true or max_length (with truncation to the same length), or encodeAll.',
        { row, expected: length, found },
      );
    }
    inputIds.set(encoding.inputIds, row * length);
    attentionMask.set(encoding.attentionMask, row * length);
    tokenTypeIds.set(encoding.tokenTypeIds, row * length);
  });
  return {
    inputIds,
    attentionMask,
    tokenTypeIds,
    shape: [rows, length],
    encodings,
    overflowToSample: Int32Array.from(samples),
  };
}
