/** Inputs -> encodings: tokens, truncation, special tokens, padding. */
import { IdList } from '../fast/id-list.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import type { ResolvedEncodeOptions } from './encode-options.js';
import type { BatchEncoding, Encoding } from './encoding.js';
import type { RowInput } from './inputs.js';
import { LazyBatch } from './lazy-batch.js';
import { LazyEncoding } from './lazy-encoding.js';
import { paddedLength } from './padding.js';
import { planRows } from './plan-rows.js';
import type { PlannedRow } from './plan-rows.js';
import { contentLength, writeIds } from './row-layout.js';
import type { RowFrame, SpecialToken } from './row-layout.js';
import { TracedText } from './traced-text.js';

/** The special tokens of a row. */
export interface RowTokens {
  readonly cls: SpecialToken;
  readonly sep: SpecialToken;
  readonly pad: SpecialToken;
}

/** Makes rows of what a path from text to tokens gives. */
export class Encoder {
  readonly #tokenizer: TextTokenizer;
  readonly #tokens: RowTokens;
  readonly #ids = new IdList();

  constructor(tokenizer: TextTokenizer, tokens: RowTokens) {
    this.#tokenizer = tokenizer;
    this.#tokens = tokens;
  }

  /** One row per input; overflowing windows in it. Padding to the longest means the longest of all. */
  encodeAll(inputs: readonly RowInput[], options: ResolvedEncodeOptions): readonly Encoding[] {
    const { padding } = options;
    const frame = this.#frame(options);
    this.#ids.clear();
    if (padding === undefined) {
      return inputs.map((input) => {
        this.#ids.clear();
        return this.#encoding(input, this.#plan(input, 0, options, []), 0, options, frame);
      });
    }
    const planned = inputs.map((input, sample) => this.#plan(input, sample, options, []));
    const longest = planned.reduce((most, rows) => Math.max(most, contentLength(rows[0], frame)), 0);
    const padded = paddedLength(longest, padding);
    return inputs.map((input, sample) => this.#encoding(input, planned[sample], padded, options, frame));
  }

  /** One row per input, each followed by its overflowing windows. */
  encodeBatch(inputs: readonly RowInput[], options: ResolvedEncodeOptions): BatchEncoding {
    const frame = this.#frame(options);
    this.#ids.clear();
    const rows: PlannedRow[] = [];
    let longest = 0;
    for (let sample = 0; sample < inputs.length; sample += 1) {
      const first = rows.length;
      this.#plan(inputs[sample], sample, options, rows);
      longest = Math.max(longest, contentLength(rows[first], frame));
    }
    const padded = options.padding === undefined ? 0 : paddedLength(longest, options.padding);
    return new LazyBatch(rows, this.#ids.ids, frame, padded, () =>
      this.encodeAll(inputs, options).flatMap((row) => [row, ...row.overflowing]),
    );
  }

  #plan(
    { text, pair }: RowInput,
    sample: number,
    options: ResolvedEncodeOptions,
    rows: PlannedRow[],
  ): PlannedRow[] {
    planRows(this.#tokenizer, sample, text, pair, options, this.#ids, rows);
    return rows;
  }

  #frame({ addSpecialTokens, padding }: ResolvedEncodeOptions): RowFrame {
    return {
      special: addSpecialTokens ? this.#tokens : undefined,
      pad: this.#tokens.pad,
      padsLeft: padding?.side === 'left',
    };
  }

  #encoding(
    { text, pair }: RowInput,
    [row, ...windows]: readonly PlannedRow[],
    padded: number,
    { offsetUnit }: ResolvedEncodeOptions,
    frame: RowFrame,
  ): Encoding {
    const first = new TracedText(text, this.#tokenizer, offsetUnit);
    const second = pair === undefined ? undefined : new TracedText(pair, this.#tokenizer, offsetUnit);
    const make = (each: PlannedRow, overflowing: readonly Encoding[]): Encoding => {
      const ids = new Int32Array(Math.max(padded, contentLength(each, frame)));
      writeIds(ids, 0, ids.length, each, this.#ids.ids, frame);
      return new LazyEncoding(ids, each, frame, first, second, overflowing);
    };
    return make(
      row,
      windows.map((window) => make(window, [])),
    );
  }
}
