/** Where the parts of a row lie: `[CLS] first [SEP] second [SEP]`, padding before or after it. */
import type { PlannedRow } from './plan-rows.js';

/** A special token that goes round the texts. */
export interface SpecialToken {
  readonly id: number;
  readonly token: string;
}

/** What all rows of a call have in common. */
export interface RowFrame {
  /** Go round the texts; `undefined` adds nothing. */
  readonly special: { readonly cls: SpecialToken; readonly sep: SpecialToken } | undefined;
  /** Fills rows up. */
  readonly pad: SpecialToken;
  /** Whether padding stands before the tokens. */
  readonly padsLeft: boolean;
}

/** Tokens of a row, special ones included, padding not. */
export function contentLength({ firstLength, secondLength }: PlannedRow, { special }: RowFrame): number {
  if (secondLength < 0) return firstLength + (special === undefined ? 0 : 2);
  return firstLength + secondLength + (special === undefined ? 0 : 3);
}

/** Where the content of a row of `length` places begins. */
export function contentStart(row: PlannedRow, frame: RowFrame, length: number): number {
  return frame.padsLeft ? length - contentLength(row, frame) : 0;
}

/** Writes the ids of a row of `length` places to `target[at, at + length)`. */
export function writeIds(
  target: Int32Array,
  at: number,
  length: number,
  row: PlannedRow,
  ids: Int32Array,
  frame: RowFrame,
): void {
  const { special, pad } = frame;
  const start = at + contentStart(row, frame, length);
  let place = at;
  while (place < start) target[place++] = pad.id;
  if (special !== undefined) target[place++] = special.cls.id;
  const first = row.firstAt + row.firstFrom;
  for (let index = 0; index < row.firstLength; index += 1) target[place++] = ids[first + index];
  if (special !== undefined) target[place++] = special.sep.id;
  if (row.secondLength >= 0) {
    const second = row.secondAt + row.secondFrom;
    for (let index = 0; index < row.secondLength; index += 1) target[place++] = ids[second + index];
    if (special !== undefined) target[place++] = special.sep.id;
  }
  while (place < at + length) target[place++] = pad.id;
}

/** Writes 1 for every token to zeros at `target[at, at + length)`. Gives `target`, as does the next. */
export function writeMask(
  target: Int32Array,
  at: number,
  length: number,
  row: PlannedRow,
  frame: RowFrame,
  skipped = 0,
): Int32Array {
  const start = at + contentStart(row, frame, length);
  const end = start + contentLength(row, frame);
  for (let place = start + skipped; place < end; place += 1) target[place] = 1;
  return target;
}

/** Writes 1 for every token of the second text and the special token after it to zeros at `target[at, at + length)`. */
export function writeTypes(
  target: Int32Array,
  at: number,
  length: number,
  row: PlannedRow,
  frame: RowFrame,
): Int32Array {
  if (row.secondLength < 0) return target;
  return writeMask(target, at, length, row, frame, row.firstLength + (frame.special === undefined ? 0 : 2));
}
