import type { Encoding } from './encoding.js';
import type { PlannedRow } from './plan-rows.js';
import { contentStart, writeMask, writeTypes } from './row-layout.js';
import type { RowFrame } from './row-layout.js';
import type { Offset, TracedText } from './traced-text.js';

/** The offset of what does not come from a text. */
const NOWHERE: Offset = [0, 0];
const NONE = [null, null, null] as const;

const FIELDS = [
  'inputIds',
  'tokenTypeIds',
  'attentionMask',
  'specialTokensMask',
  'tokens',
  'offsets',
  'wordIds',
  'sequenceIds',
  'overflowing',
] as const;

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
  readonly #first: TracedText;
  readonly #second: TracedText | undefined;
  #lists: Lists | undefined;

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
    this.#row = row;
    this.#frame = frame;
    this.#first = first;
    this.#second = second;
    first.needed = Math.max(first.needed, row.firstFrom + row.firstLength);
    if (second !== undefined) second.needed = Math.max(second.needed, row.secondFrom + row.secondLength);
  }

  get attentionMask(): Int32Array {
    return (this.#made.attentionMask ??= this.#written(writeMask));
  }

  get tokenTypeIds(): Int32Array {
    return (this.#made.tokenTypeIds ??= this.#written(writeTypes));
  }

  get specialTokensMask(): Int32Array {
    return (this.#made.specialTokensMask ??= Int32Array.from(
      this.#list<number>([1, 1, 1], (list, _text, from, to) => {
        for (let index = from; index < to; index += 1) list.push(0);
      }),
    ));
  }

  get tokens(): readonly string[] {
    const { special, pad } = this.#frame;
    return (this.#made.tokens ??= this.#list<string>(
      [special?.cls.token ?? '', special?.sep.token ?? '', pad.token],
      (list, text, from, to) => text.appendTokens(list, from, to),
    ));
  }

  get offsets(): readonly Offset[] {
    return (this.#made.offsets ??= this.#list<Offset>([NOWHERE, NOWHERE, NOWHERE], (list, text, from, to) =>
      text.appendOffsets(list, from, to),
    ));
  }

  get wordIds(): readonly (number | null)[] {
    return (this.#made.wordIds ??= this.#list<number | null>(NONE, (list, text, from, to) =>
      text.appendWords(list, from, to),
    ));
  }

  get sequenceIds(): readonly (number | null)[] {
    return (this.#made.sequenceIds ??= this.#list<number | null>(NONE, (list, text, from, to) => {
      const id = text === this.#second ? 1 : 0;
      for (let index = from; index < to; index += 1) list.push(id);
    }));
  }

  /** All fields as plain data: for `JSON.stringify`, and for copies, which would miss what has not been read. */
  toJSON(): Encoding {
    return Object.fromEntries(FIELDS.map((field) => [field, this[field]])) as unknown as Encoding;
  }

  get #made(): Lists {
    return (this.#lists ??= {});
  }

  #written(write: typeof writeMask): Int32Array {
    const { length } = this.inputIds;
    return write(new Int32Array(length), 0, length, this.#row, this.#frame);
  }

  /** Puts what goes round the texts (`[CLS]`, `[SEP]` and padding, in this order) round what `append` adds for each. */
  #list<Item>(
    [cls, sep, pad]: readonly [Item, Item, Item],
    append: (list: Item[], text: TracedText, from: number, to: number) => void,
  ): readonly Item[] {
    const { firstFrom, firstLength, secondFrom, secondLength } = this.#row;
    const second = this.#second;
    const isFramed = this.#frame.special !== undefined;
    const list: Item[] = [];
    const left = contentStart(this.#row, this.#frame, this.inputIds.length);
    while (list.length < left) list.push(pad);
    if (isFramed) list.push(cls);
    append(list, this.#first, firstFrom, firstFrom + firstLength);
    if (isFramed) list.push(sep);
    if (second !== undefined) {
      append(list, second, secondFrom, secondFrom + secondLength);
      if (isFramed) list.push(sep);
    }
    while (list.length < this.inputIds.length) list.push(pad);
    return list;
  }
}
