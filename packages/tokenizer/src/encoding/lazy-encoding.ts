import type { Encoding } from './encoding.js';
import type { PlannedRow } from './plan-rows.js';
import { contentLength, contentStart, secondStart, writeMask, writeTypes } from './row-layout.js';
import type { RowFrame } from './row-layout.js';
import type { RowSource, TracedText } from './traced-text.js';

type Offset = readonly [start: number, end: number];

/** Lists of a row, as far as they have been read. */
interface Lists {
  attentionMask?: Int32Array;
  tokenTypeIds?: Int32Array;
  specialTokensMask?: Int32Array;
  tokens?: readonly string[];
  offsets?: readonly Offset[];
  wordIds?: readonly (number | null)[];
  sequenceIds?: readonly (number | null)[];
}

/** A row whose ids are there, and whose other lists are made when first read. */
export class LazyEncoding implements Encoding {
  readonly inputIds: Int32Array;
  readonly overflowing: readonly Encoding[];
  readonly #row: PlannedRow;
  readonly #frame: RowFrame;
  readonly #source: RowSource;
  #lists: Lists | undefined;

  /** @param inputIds the row as `writeIds` wrote it */
  constructor(
    inputIds: Int32Array,
    row: PlannedRow,
    frame: RowFrame,
    source: RowSource,
    overflowing: readonly Encoding[],
  ) {
    this.inputIds = inputIds;
    this.overflowing = overflowing;
    this.#row = row;
    this.#frame = frame;
    this.#source = source;
    source.need(row);
  }

  get attentionMask(): Int32Array {
    return (this.#made.attentionMask ??= writeMask(
      this.#zeros(),
      0,
      this.inputIds.length,
      this.#row,
      this.#frame,
    ));
  }

  get tokenTypeIds(): Int32Array {
    return (this.#made.tokenTypeIds ??= writeTypes(
      this.#zeros(),
      0,
      this.inputIds.length,
      this.#row,
      this.#frame,
    ));
  }

  get specialTokensMask(): Int32Array {
    if (this.#made.specialTokensMask === undefined) {
      const mask = this.#zeros().fill(1);
      const start = contentStart(this.#row, this.#frame, mask.length);
      const { firstLength, secondLength } = this.#row;
      const first = start + (this.#frame.special === undefined ? 0 : 1);
      mask.fill(0, first, first + firstLength);
      const second = start + secondStart(this.#row, this.#frame);
      if (secondLength > 0) mask.fill(0, second, second + secondLength);
      this.#made.specialTokensMask = mask;
    }
    return this.#made.specialTokensMask;
  }

  get tokens(): readonly string[] {
    const { special, pad } = this.#frame;
    return (this.#made.tokens ??= this.#list(
      special?.cls.token,
      special?.sep.token,
      pad.token,
      (text, from, to) => text.tokens(from, to),
    ));
  }

  get offsets(): readonly Offset[] {
    const none: Offset = [0, 0];
    return (this.#made.offsets ??= this.#list(none, none, none, (text, from, to) => text.offsets(from, to)));
  }

  get wordIds(): readonly (number | null)[] {
    return (this.#made.wordIds ??= this.#list<number | null>(null, null, null, (text, from, to) =>
      text.words(from, to),
    ));
  }

  get sequenceIds(): readonly (number | null)[] {
    return (this.#made.sequenceIds ??= this.#list<number | null>(null, null, null, (text, from, to) =>
      new Array<number>(to - from).fill(text === this.#source.second ? 1 : 0),
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

  get #made(): Lists {
    return (this.#lists ??= {});
  }

  #zeros(): Int32Array {
    return new Int32Array(this.inputIds.length);
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
    const { first, second } = this.#source;
    const after =
      second === undefined ? [] : [of(second, secondFrom, secondFrom + secondLength), around(sep)];
    return ([] as Item[]).concat(
      new Array<Item>(left).fill(pad),
      around(cls),
      of(first, firstFrom, firstFrom + firstLength),
      around(sep),
      ...after,
      new Array<Item>(right).fill(pad),
    );
  }
}
