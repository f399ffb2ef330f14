/** The ideographs of the original release, which tensorflow_text has, too. */
const RANGES = [
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0x20000, 0x2a6df],
  [0x2a700, 0x2ceaf],
  [0x2f800, 0x2fa1f],
] as const;

/** Whether the original release, and tensorflow_text, make a code point a word. */
export function isIdeograph(codePoint: number): boolean {
  return RANGES.some(([first, last]) => codePoint >= first && codePoint <= last);
}
