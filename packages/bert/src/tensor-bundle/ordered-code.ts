/**
 * Keys under which TensorFlow stores the parts of a tensor that was saved in slices: an encoding whose bytes sort as
 * the values do. A key is a string with one character for each byte, as `readTable` gives them.
 */

/** One dimension of a slice; `length` -1 stands for all of it. */
export interface Extent {
  readonly start: number;
  readonly length: number;
}

/** Whether a key is a slice's and not a tensor's name: the former begin with the number 0. */
export const isSliceKey = (key: string): boolean => key.startsWith('\0');

/** Number of bytes, then the bytes, the highest first. */
function unsigned(value: number): string {
  let digits = '';
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) {
    digits = String.fromCharCode(rest % 256) + digits;
  }
  return String.fromCharCode(digits.length) + digits;
}

/**
 * As many leading ones as there are bytes, then the value in two's complement; a negative value has the ones inverted.
 * Of n bytes 7n - 1 bits are left for the magnitude.
 */
function signed(value: number): string {
  const magnitude = value < 0 ? -value - 1 : value;
  let length = 1;
  while (magnitude >= 2 ** (7 * length - 1)) length++;
  const bytes: number[] = [];
  for (let rest = value, i = 0; i < length; i++, rest = Math.floor(rest / 256)) {
    bytes.unshift(((rest % 256) + 256) % 256);
  }
  bytes[0] ^= (0xff00 >> length) & 0xff;
  return String.fromCharCode(...bytes);
}

/**
 * Key of one slice of a tensor.
 * @param name the tensor's key
 * @param extents one for each dimension; starts and lengths below 2^53
 */
export function sliceKey(name: string, extents: readonly Extent[]): string {
  // A byte 0 begins the end of a string; inside one it is followed by 255, a byte that UTF-8 does not have.
  const escaped = name.replaceAll('\0', '\0\u00ff');
  const ranges = extents.map(({ start, length }) => signed(start) + signed(length));
  return `${unsigned(0)}${escaped}\0\u0001${unsigned(extents.length)}${ranges.join('')}`;
}
