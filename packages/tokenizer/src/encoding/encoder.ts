/** Inputs -> encodings: tokens, truncation, special tokens, padding. */
import { IdList } from '../tokens/id-list.js';
import type { TextInput, TextTokenizer } from '../tokens/text-tokenizer.js';
import type { ResolvedEncodeOptions } from './encode-options.js';
import type { BatchEncoding, Encoding } from './encoding.js';
import type { RowInput } from './inputs.js';
import { LazyBatch } from './lazy-batch.js';
import { LazyEncoding } from './lazy-encoding.js';
import { paddedLength } from './padding.js';
import { planRows, rowLimit } from './plan-rows.js';
import type { PlannedRow, RowLimit } from './plan-rows.js';
import { contentLength, writeIds } from './row-layout.js';
import type { RowFrame, SpecialToken } from './row-layout.js';
import { TracedText } from './traced-text.js';

/** The special tokens of a row. */
export interface RowTokens {
  readonly cls: SpecialToken;
  readonly sep: SpecialToken;
  readonly pad: SpecialToken;
}

/** What all rows of a call have in common. */
interface Call {
  readonly options: ResolvedEncodeOptions;
  readonly frame: RowFrame;
  readonly single: RowLimit;
  readonly pair: RowLimit;
}

/** Makes rows of what a path from text to tokens gives. */
export class Encoder {
  readonly #tokenizer: TextTokenizer;
  readonly #tokens: RowTokens;
  readonly #ids = new IdList();
  #lastCall: Call | undefined;

  constructor(tokenizer: TextTokenizer, tokens: RowTokens) {
    this.#tokenizer = tokenizer;
    this.#tokens = tokens;
  }

  /** One input to one row. */
  encode(input: RowInput, options: ResolvedEncodeOptions): Encoding {
    if (options.padding !== undefined) return this.encodeAll([input], options)[0];
    const call = this.#call(options);
    this.#ids.clear();
    return this.#encoding(input, this.#plan(input, 0, call, []), 0, call);
  }

  /** One row per input; overflowing windows in it. Padding to the longest means the longest of all. */
  encodeAll(inputs: readonly RowInput[], options: ResolvedEncodeOptions): readonly Encoding[] {
    const { padding } = options;
    if (padding === undefined) return inputs.map((input) => this.encode(input, options));
    const call = this.#call(options);
    this.#ids.clear();
    const planned = inputs.map((input, sample) => this.#plan(input, sample, call, []));
    const longest = planned.reduce((most, rows) => Math.max(most, contentLength(rows[0], call.frame)), 0);
    const padded = paddedLength(longest, padding);
    return inputs.map((input, sample) => this.#encoding(input, planned[sample], padded, call));
  }

  /** One row per input, each followed by its overflowing windows. */
  encodeBatch(inputs: readonly RowInput[], options: ResolvedEncodeOptions): BatchEncoding {
    const call = this.#call(options);
    this.#ids.clear();
    const rows: PlannedRow[] = [];
    let longest = 0;
    for (let sample = 0; sample < inputs.length; sample += 1) {
      const first = rows.length;
      this.#plan(inputs[sample], sample, call, rows);
      longest = Math.max(longest, contentLength(rows[first], call.frame));
    }
    const padded = options.padding === undefined ? 0 : paddedLength(longest, options.padding);
    return new LazyBatch(rows, this.#ids.ids, call.frame, padded, () =>
      this.encodeAll(inputs, options).flatMap((row) => [row, ...row.overflowing]),
    );
  }

  #call(options: ResolvedEncodeOptions): Call {
    const { addSpecialTokens, padding } = options;
    if (this.#lastCall?.options === options) return this.#lastCall;
    return (this.#lastCall = {
      options,
      frame: {
        special: addSpecialTokens ? this.#tokens : undefined,
        pad: this.#tokens.pad,
        padsLeft: padding?.side === 'left',
      },
      single: rowLimit(options, false),
      pair: rowLimit(options, true),
    });
  }

  #plan(input: RowInput, sample: number, call: Call, rows: PlannedRow[]): PlannedRow[] {
    const limit = input.pair === undefined ? call.single : call.pair;
    planRows(this.#tokenizer, sample, input, limit, call.options.overflowing, this.#ids, rows);
    return rows;
  }

  #encoding(input: RowInput, rows: readonly PlannedRow[], padded: number, call: Call): Encoding {
    const traced = (text: TextInput): TracedText =>
      new TracedText(text, this.#tokenizer, call.options.offsetUnit);
    const first = traced(input.text);
    const second = input.pair === undefined ? undefined : traced(input.pair);
    const encoding = (row: PlannedRow, overflowing: readonly Encoding[]): Encoding => {
      const ids = new Int32Array(Math.max(padded, contentLength(row, call.frame)));
      writeIds(ids, 0, ids.length, row, this.#ids.ids, call.frame);
      return new LazyEncoding(ids, row, call.frame, first, second, overflowing);
    };
    return encoding(
      rows[0],
      rows.slice(1).map((row) => encoding(row, [])),
    );
  }
}
