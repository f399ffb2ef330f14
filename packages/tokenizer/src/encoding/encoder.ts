/** Inputs -> encodings: tokens, truncation, special tokens, padding. */
import { IdList } from '../tokens/id-list.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import type { ResolvedEncodeOptions } from './encode-options.js';
import type { BatchEncoding, Encoding } from './encoding.js';
import type { RowInput } from './inputs.js';
import { LazyBatch } from './lazy-batch.js';
import { LazyEncoding } from './lazy-encoding.js';
import { paddedLength } from './padding.js';
import { planRows, rowLimit } from './plan-rows.js';
import type { PlannedRow, RowLimit } from './plan-rows.js';
import { contentLength } from './row-layout.js';
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

/** The rows of a call. */
interface Plan {
  readonly rows: readonly PlannedRow[];
  /** What the rows' places count in. */
  readonly ids: Int32Array;
  readonly call: Call;
  /** Length of rows that are not longer than it. */
  readonly padded: number;
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
    return this.encodeAll([input], options)[0];
  }

  /** One row per input; overflowing windows in it. Padding to the longest means the longest of all. */
  encodeAll(inputs: readonly RowInput[], options: ResolvedEncodeOptions): readonly Encoding[] {
    return this.#encodings(inputs, this.#plan(inputs, options)).own;
  }

  /** One row per input, each followed by its overflowing windows. */
  encodeBatch(inputs: readonly RowInput[], options: ResolvedEncodeOptions): BatchEncoding {
    const plan = this.#plan(inputs, options);
    return new LazyBatch(
      plan.rows,
      plan.ids,
      plan.call.frame,
      plan.padded,
      () => this.#encodings(inputs, plan).all,
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

  #plan(inputs: readonly RowInput[], options: ResolvedEncodeOptions): Plan {
    const call = this.#call(options);
    const rows: PlannedRow[] = [];
    let longest = 0;
    this.#ids.clear();
    for (let sample = 0; sample < inputs.length; sample += 1) {
      const input = inputs[sample];
      const first = rows.length;
      const limit = input.pair === undefined ? call.single : call.pair;
      planRows(this.#tokenizer, sample, input, limit, options.overflowing, this.#ids, rows);
      longest = Math.max(longest, contentLength(rows[first], call.frame));
    }
    const padded = options.padding === undefined ? 0 : paddedLength(longest, options.padding);
    return { rows, ids: this.#ids.ids.slice(0, this.#ids.count), call, padded };
  }

  /** Every row on its own, in order; those that are not another's window are `own`. */
  #encodings(
    inputs: readonly RowInput[],
    { rows, ids, call, padded }: Plan,
  ): Record<'all' | 'own', readonly Encoding[]> {
    const { options, frame } = call;
    const own: Encoding[] = [];
    let first: TracedText;
    let second: TracedText | undefined;
    let windows: Encoding[];
    const all = rows.map((row, index) => {
      const isOwn = row.sample !== rows[index - 1]?.sample;
      if (isOwn) {
        const { text, pair } = inputs[row.sample];
        first = new TracedText(text, this.#tokenizer, options);
        second = pair === undefined ? pair : new TracedText(pair, this.#tokenizer, options);
        windows = [];
      }
      const length = Math.max(padded, contentLength(row, frame));
      const encoding = new LazyEncoding(ids, length, row, frame, first, second, isOwn ? windows : []);
      (isOwn ? own : windows).push(encoding);
      return encoding;
    });
    return { all, own };
  }
}
