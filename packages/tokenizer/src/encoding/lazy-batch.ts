/** Rows -> matrices. */
import { TokenizerError } from '../errors.js';
import type { BatchEncoding, Encoding } from './encoding.js';
import type { PlannedRow } from './plan-rows.js';
import { contentLength, writeIds, writeMask, writeTypes } from './row-layout.js';
import type { RowFrame } from './row-layout.js';

/** Matrices that are there, and rows that are made when first read. */
export class LazyBatch implements BatchEncoding {
  readonly inputIds: Int32Array;
  readonly attentionMask: Int32Array;
  readonly tokenTypeIds: Int32Array;
  readonly shape: readonly [rows: number, tokens: number];
  readonly overflowToSample: Int32Array;
  readonly #encode: () => readonly Encoding[];
  #encodings: readonly Encoding[] | undefined;

  /**
   * @param ids what the rows' places count in
   * @param padded length of rows that are not longer than it
   * @param encode makes the same rows one by one
   * @throws TokenizerError `ragged-batch` when rows differ in length
   */
  constructor(
    rows: readonly PlannedRow[],
    ids: Int32Array,
    frame: RowFrame,
    padded: number,
    encode: () => readonly Encoding[],
  ) {
    const count = rows.length;
    const length = count === 0 ? 0 : Math.max(padded, contentLength(rows[0], frame));
    this.#encode = encode;
    this.shape = [count, length];
    this.inputIds = new Int32Array(count * length);
    this.attentionMask = new Int32Array(count * length);
    this.tokenTypeIds = new Int32Array(count * length);
    this.overflowToSample = new Int32Array(count);
    for (let index = 0; index < count; index += 1) {
      const row = rows[index];
      const found = Math.max(padded, contentLength(row, frame));
      if (found !== length) throw raggedBatch(index, length, found);
      writeIds(this.inputIds, index * length, length, row, frame, ids);
      writeMask(this.attentionMask, index * length, length, row, frame, ids);
      writeTypes(this.tokenTypeIds, index * length, length, row, frame, ids);
      this.overflowToSample[index] = row.sample;
    }
  }

  get encodings(): readonly Encoding[] {
    return (this.#encodings ??= this.#encode());
  }

  /** All fields as plain data: for `JSON.stringify`, and for copies, which would miss what has not been read. */
  toJSON(): BatchEncoding {
    return Object.assign({}, this, { encodings: this.encodings });
  }
}

function raggedBatch(row: number, expected: number, found: number): TokenizerError {
  return new TokenizerError(
    'ragged-batch',
    `encodeBatch: expected ${expected} tokens in every row as in row 0, found ${found} in row ${row}. ` +
      'Pad and truncate to one length, or use encodeAll.',
    { row, expected, found },
  );
}
