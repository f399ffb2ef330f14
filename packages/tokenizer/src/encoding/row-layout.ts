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

/**
 * Writes one number for each of the `length` places of a row to zeros at `target[at, at + length)`, and gives `target`.
 * @param ids what the row's places count in
 */
export type RowWriter = (
  target: Int32Array,
  at: number,
  length: number,
  row: PlannedRow,
  frame: RowFrame,
  ids: Int32Array,
) => Int32Array;

/** Ids. */
export const writeIds: RowWriter = (target, at, length, row, frame, ids) => {
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
  return target;
};

/** 1 for every token. */
export const writeMask: RowWriter = (target, at, length, row, frame) =>
  writeOnes(target, at, length, row, frame, 0);

/** 1 for every token of the second text and the special token after it. */
export const writeTypes: RowWriter = (target, at, length, row, frame) =>
  row.secondLength < 0
    ? target
    : writeOnes(target, at, length, row, frame, row.firstLength + (frame.special === undefined ? 0 : 2));

function writeOnes(
  target: Int32Array,
  at: number,
  length: number,
  row: PlannedRow,
  frame: RowFrame,
  skipped: number,
): Int32Array {
  const start = at + contentStart(row, frame, length);
  return target.fill(1, start + skipped, start + contentLength(row, frame));
}
