import type { Encoding } from './encoding.js';
import type { PlannedRow } from './plan-rows.js';
import { contentStart, writeIds, writeMask, writeTypes } from './row-layout.js';
import type { RowFrame, RowWriter } from './row-layout.js';
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
  inputIds?: Int32Array;
  attentionMask?: Int32Array;
  tokenTypeIds?: Int32Array;
  specialTokensMask?: Int32Array;
  tokens?: readonly string[];
  offsets?: readonly Offset[];
  wordIds?: readonly (number | null)[];
  sequenceIds?: readonly (number | null)[];
}

/** A row whose lists are made when first read. */
export class LazyEncoding implements Encoding {
  readonly overflowing: readonly Encoding[];
  readonly #ids: Int32Array;
  readonly #length: number;
  readonly #row: PlannedRow;
  readonly #frame: RowFrame;
  readonly #first: TracedText;
  readonly #second: TracedText | undefined;
  readonly #made: Lists = {};

  /**
   * @param ids what the row's places count in
   * @param length tokens of the row, padding included
   */
  constructor(
    ids: Int32Array,
    length: number,
    row: PlannedRow,
    frame: RowFrame,
    first: TracedText,
    second: TracedText | undefined,
    overflowing: readonly Encoding[],
  ) {
    this.overflowing = overflowing;
    this.#ids = ids;
    this.#length = length;
    this.#row = row;
    this.#frame = frame;
    this.#first = first;
    this.#second = second;
    first.needed = Math.max(first.needed, row.firstFrom + row.firstLength);
    if (second !== undefined) second.needed = Math.max(second.needed, row.secondFrom + row.secondLength);
  }

  get inputIds(): Int32Array {
    return (this.#made.inputIds ??= this.#written(writeIds));
  }

  get attentionMask(): Int32Array {
    return (this.#made.attentionMask ??= this.#written(writeMask));
  }

  get tokenTypeIds(): Int32Array {
    return (this.#made.tokenTypeIds ??= this.#written(writeTypes));
  }

  get specialTokensMask(): Int32Array {
    return (this.#made.specialTokensMask ??= Int32Array.from(this.#list([1, 1, 1], () => () => 0)));
  }

  get tokens(): readonly string[] {
    const { special, pad } = this.#frame;
    return (this.#made.tokens ??= this.#list(
      [special?.cls.token ?? '', special?.sep.token ?? '', pad.token],
      (text) => text.tokens(),
    ));
  }

  get offsets(): readonly Offset[] {
    return (this.#made.offsets ??= this.#list<Offset>([NOWHERE, NOWHERE, NOWHERE], (text) => text.offsets()));
  }

  get wordIds(): readonly (number | null)[] {
    return (this.#made.wordIds ??= this.#list<number | null>(NONE, (text) => text.words()));
  }

  get sequenceIds(): readonly (number | null)[] {
    return (this.#made.sequenceIds ??= this.#list<number | null>(NONE, (text) => {
      const id = text === this.#second ? 1 : 0;
      return () => id;
    }));
  }

  /** All fields as plain data: for `JSON.stringify`, and for copies, which would miss what has not been read. */
  toJSON(): Encoding {
    return Object.fromEntries(FIELDS.map((field) => [field, this[field]])) as unknown as Encoding;
  }

  #written(write: RowWriter): Int32Array {
    return write(new Int32Array(this.#length), 0, this.#length, this.#row, this.#frame, this.#ids);
  }

  /** Puts what goes round the texts (`[CLS]`, `[SEP]` and padding, in this order) round what each gives for its tokens. */
  #list<Item>(
    [cls, sep, pad]: readonly [Item, Item, Item],
    itemsOf: (text: TracedText) => (index: number) => Item,
  ): readonly Item[] {
    const { firstFrom, firstLength, secondFrom, secondLength } = this.#row;
    const isFramed = this.#frame.special !== undefined;
    const list = new Array<Item>(this.#length).fill(pad);
    let at = contentStart(this.#row, this.#frame, this.#length);
    const put = (text: TracedText, from: number, length: number): void => {
      const itemAt = itemsOf(text);
      for (let index = from; index < from + length; index += 1) list[at++] = itemAt(index);
      if (isFramed) list[at++] = sep;
    };
    if (isFramed) list[at++] = cls;
    put(this.#first, firstFrom, firstLength);
    if (this.#second !== undefined) put(this.#second, secondFrom, secondLength);
    return list;
  }
}
