import type { Side } from './truncation.js';

/** How long rows become: as the longest of the batch, or a given length; then up to a multiple. */
export interface PaddingSettings {
  /** `undefined`: the longest row. */
  readonly length: number | undefined;
  /** `undefined` or 0: any length. */
  readonly multiple: number | undefined;
  readonly side: Side;
}

/** The length that shorter rows are padded to; longer ones stay as they are. */
export function paddedLength(longest: number, { length = longest, multiple }: PaddingSettings): number {
  return multiple ? Math.ceil(length / multiple) * multiple : length;
}
