import type { Encoding } from './encoding.js';
import type { PlannedRow } from './plan-rows.js';
import { contentLength, contentStart, secondStart, writeMask, writeTypes } from './row-layout.js';
import type { RowFrame } from './row-layout.js';
import type { TracedText } from './traced-text.js';

type Offset = readonly [start: number, end: number];

/** A row whose ids are there, and whose other lists are made when first read. */
export class LazyEncoding implements Encoding {
  readonly inputIds: Int32Array;
  readonly overflowing: readonly Encoding[];
  readonly #frame: RowFrame;
  readonly #row: PlannedRow;
  readonly #first: TracedText;
  readonly #second: TracedText | undefined;
  #attentionMask: Int32Array | undefined;
  #tokenTypeIds: Int32Array | undefined;
  #specialTokensMask: Int32Array | undefined;
  #tokens: readonly string[] | undefined;
  #offsets: readonly Offset[] | undefined;
  #wordIds: readonly (number | null)[] | undefined;
  #sequenceIds: readonly (number | null)[] | undefined;

  /** @param inputIds the row as `writeIds` wrote it */
  constructor(
    inputIds: Int32Array,
    row: PlannedRow,
    frame: RowFrame,
    first: TracedText,
    second: TracedText | undefined,
    overflowing: readonly Encoding[],
  ) {
    this.inputIds = inputIds;
    this.overflowing = overflowing;
    this.#frame = frame;
    this.#row = row;
    this.#first = first;
    this.#second = second;
    first.need(row.firstFrom + row.firstLength);
    second?.need(row.secondFrom + row.secondLength);
  }

  get attentionMask(): Int32Array {
    if (this.#attentionMask === undefined) {
      this.#attentionMask = new Int32Array(this.inputIds.length);
      writeMask(this.#attentionMask, 0, this.inputIds.length, this.#row, this.#frame);
    }
    return this.#attentionMask;
  }

  get tokenTypeIds(): Int32Array {
    if (this.#tokenTypeIds === undefined) {
      this.#tokenTypeIds = new Int32Array(this.inputIds.length);
      writeTypes(this.#tokenTypeIds, 0, this.inputIds.length, this.#row, this.#frame);
    }
    return this.#tokenTypeIds;
  }

  get specialTokensMask(): Int32Array {
    if (this.#specialTokensMask === undefined) {
      const mask = new Int32Array(this.inputIds.length).fill(1);
      const start = contentStart(this.#row, this.#frame, mask.length);
      const { firstLength, secondLength } = this.#row;
      const first = start + (this.#frame.special === undefined ? 0 : 1);
      mask.fill(0, first, first + firstLength);
      const second = start + secondStart(this.#row, this.#frame);
      if (secondLength > 0) mask.fill(0, second, second + secondLength);
      this.#specialTokensMask = mask;
    }
    return this.#specialTokensMask;
  }

  get tokens(): readonly string[] {
    const { special, pad } = this.#frame;
    return (this.#tokens ??= this.#list(special?.cls.token, special?.sep.token, pad.token, (text, from, to) =>
      text.tokens(from, to),
    ));
  }

  get offsets(): readonly Offset[] {
    const none: Offset = [0, 0];
    return (this.#offsets ??= this.#list(none, none, none, (text, from, to) => text.offsets(from, to)));
  }

  get wordIds(): readonly (number | null)[] {
    return (this.#wordIds ??= this.#list<number | null>(null, null, null, (text, from, to) =>
      text.words(from, to),
    ));
  }

  get sequenceIds(): readonly (number | null)[] {
    return (this.#sequenceIds ??= this.#list<number | null>(null, null, null, (text, from, to) =>
      new Array<number>(to - from).fill(text === this.#second ? 1 : 0),
    ));
  }

  /** All fields as plain data: for `JSON.stringify`, and for copies, which would miss what has not been read. */
  toJSON(): Encoding {
    const { inputIds, attentionMask, tokenTypeIds, specialTokensMask } = this;
    const { tokens, offsets, wordIds, sequenceIds, overflowing } = this;
    return {
      inputIds,
      tokenTypeIds,
      attentionMask,
      specialTokensMask,
      tokens,
      offsets,
      wordIds,
      sequenceIds,
      overflowing,
    };
  }

  /** Puts what goes round the texts round what `of` gives for each. */
  #list<Item>(
    cls: Item | undefined,
    sep: Item | undefined,
    pad: Item,
    of: (text: TracedText, from: number, to: number) => readonly Item[],
  ): readonly Item[] {
    const { firstFrom, firstLength, secondFrom, secondLength } = this.#row;
    const left = contentStart(this.#row, this.#frame, this.inputIds.length);
    const right = this.inputIds.length - left - contentLength(this.#row, this.#frame);
    const around = (item: Item | undefined): readonly Item[] =>
      this.#frame.special === undefined || item === undefined ? [] : [item];
    const second =
      this.#second === undefined
        ? []
        : [of(this.#second, secondFrom, secondFrom + secondLength), around(sep)];
    return ([] as Item[]).concat(
      new Array<Item>(left).fill(pad),
      around(cls),
      of(this.#first, firstFrom, firstFrom + firstLength),
      around(sep),
      ...second,
      new Array<Item>(right).fill(pad),
    );
  }
}
