/** Makes rows equally long. */
import type { Encoding } from './encoding.js';
import type { SpecialToken } from './post-processor.js';
import type { Side } from './truncation.js';

/** How long rows become: as the longest of the batch, or a given length; then up to a multiple. */
export interface PaddingSettings {
  /** `undefined`: the longest row. */
  readonly length: number | undefined;
  /** `undefined` or 0: any length. */
  readonly multiple: number | undefined;
  readonly side: Side;
}

/** Pads every row and its overflowing windows to one length. Longer ones stay as they are. */
export function padAll(
  encodings: readonly Encoding[],
  settings: PaddingSettings,
  padToken: SpecialToken,
): readonly Encoding[] {
  let length = settings.length ?? encodings.reduce((longest, row) => Math.max(longest, row.tokens.length), 0);
  const { multiple } = settings;
  if (multiple !== undefined && multiple > 0) length = Math.ceil(length / multiple) * multiple;
  return encodings.map((encoding) => pad(encoding, length, settings.side, padToken));
}

function pad(encoding: Encoding, length: number, side: Side, padToken: SpecialToken): Encoding {
  const overflowing = encoding.overflowing.map((window) => pad(window, length, side, padToken));
  const missing = length - encoding.tokens.length;
  if (missing <= 0) return { ...encoding, overflowing };
  const start = side === 'left' ? missing : 0;
  const padRow = (row: Int32Array, value: number): Int32Array => {
    const padded = new Int32Array(length).fill(value);
    padded.set(row, start);
    return padded;
  };
  const padList = <Item>(list: readonly Item[], value: Item): readonly Item[] => {
    const padding = new Array<Item>(missing).fill(value);
    return side === 'left' ? [...padding, ...list] : [...list, ...padding];
  };
  return {
    inputIds: padRow(encoding.inputIds, padToken.id),
    tokenTypeIds: padRow(encoding.tokenTypeIds, 0),
    attentionMask: padRow(encoding.attentionMask, 0),
    specialTokensMask: padRow(encoding.specialTokensMask, 1),
    tokens: padList(encoding.tokens, padToken.token),
    offsets: padList<readonly [number, number]>(encoding.offsets, [0, 0]),
    wordIds: padList(encoding.wordIds, null),
    sequenceIds: padList(encoding.sequenceIds, null),
    overflowing,
  };
}
