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
    const lengthOf = (row: PlannedRow): number => Math.max(padded, contentLength(row, frame));
    const length = rows.length === 0 ? 0 : lengthOf(rows[0]);
    this.#encode = encode;
    this.shape = [rows.length, length];
    this.overflowToSample = new Int32Array(rows.length);
    rows.forEach((row, index) => {
      this.overflowToSample[index] = row.sample;
      const found = lengthOf(row);
      if (found === length) return;
      throw new TokenizerError(
        'ragged-batch',
        `encodeBatch: expected all rows to have ${length} tokens as row 0 has, found ${found} in row ${index}. ` +
          'Use padding true or max_length (with truncation to the same length), or encodeAll.',
        { row: index, expected: length, found },
      );
    });
    this.inputIds = new Int32Array(rows.length * length);
    this.attentionMask = new Int32Array(rows.length * length);
    this.tokenTypeIds = new Int32Array(rows.length * length);
    rows.forEach((row, index) => {
      writeIds(this.inputIds, index * length, length, row, ids, frame);
      writeMask(this.attentionMask, index * length, length, row, frame);
      writeTypes(this.tokenTypeIds, index * length, length, row, frame);
    });
  }

  get encodings(): readonly Encoding[] {
    return (this.#encodings ??= this.#encode());
  }

  /** All fields as plain data: for `JSON.stringify`, and for copies, which would miss what has not been read. */
  toJSON(): BatchEncoding {
    const { inputIds, attentionMask, tokenTypeIds, shape, encodings, overflowToSample } = this;
    return { inputIds, attentionMask, tokenTypeIds, shape, encodings, overflowToSample };
  }
}
