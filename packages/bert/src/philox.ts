/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3"
 * (SC 2011), in the layout of TensorFlow's stateless random ops: four 32-bit words for each value of a 128-bit
 * counter. No state is kept: the same key and counter give the same words on every machine and backend.
 */

const MULTIPLIER_0 = 0xd2511f53 | 0;
const MULTIPLIER_1 = 0xcd9e8d57 | 0;
const KEY_STEP_0 = 0x9e3779b9 | 0;
const KEY_STEP_1 = 0xbb67ae85 | 0;
const ROUNDS = 10;

// Bound once: looking `Math` up each time is slow where globals are intercepted, as under jest.
const imul = Math.imul;

/** Upper 32 bits of the 64-bit product of two unsigned 32-bit integers, in the bits of an int32. */
function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff;
  const aHigh = a >>> 16;
  const bLow = b & 0xffff;
  const bHigh = b >>> 16;
  // Neither sum exceeds 32 bits; `| 0` keeps them machine integers.
  const middle = (imul(aHigh, bLow) + (imul(aLow, bLow) >>> 16)) | 0;
  const carry = (imul(aLow, bHigh) + (middle & 0xffff)) | 0;
  return (imul(aHigh, bHigh) + (middle >>> 16) + (carry >>> 16)) | 0;
}

/** The 96 bits that single out one stream; the remaining 32 bits of the counter number the groups of four words. */
export interface PhiloxStream {
  /** 64-bit key as [low, high] unsigned 32-bit words */
  readonly key: readonly [number, number];
  /** upper half of the 128-bit counter as [low, high] unsigned 32-bit words */
  readonly counterHigh: readonly [number, number];
}

/**
 * Fills an array with words of a stream.
 * @param words receives uniformly distributed unsigned 32-bit integers; word i is word i mod 4 of group firstGroup + floor(i / 4)
 * @param firstGroup where in the stream to begin, in groups of four words; default 0
 */
export function philoxWords(words: Uint32Array, stream: PhiloxStream, firstGroup = 0): void {
  const [k0, k1] = stream.key;
  const [high0, high1] = stream.counterHigh;
  for (let i = 0, group = firstGroup; i < words.length; i += 4, group++) {
    let c0 = group | 0;
    let c1 = 0;
    let c2 = high0 | 0;
    let c3 = high1 | 0;
    let key0 = k0 | 0;
    let key1 = k1 | 0;
    for (let round = 0; round < ROUNDS; round++) {
      const product0 = multiplyHigh(c0, MULTIPLIER_0);
      const product1 = multiplyHigh(c2, MULTIPLIER_1);
      const low0 = imul(c0, MULTIPLIER_0);
      const low1 = imul(c2, MULTIPLIER_1);
      c0 = product1 ^ c1 ^ key0;
      c1 = low1;
      c2 = product0 ^ c3 ^ key1;
      c3 = low0;
      key0 = (key0 + KEY_STEP_0) | 0;
      key1 = (key1 + KEY_STEP_1) | 0;
    }
    words[i] = c0;
    // Writes beyond the end of a typed array are ignored: the last group may be cut.
    words[i + 1] = c1;
    words[i + 2] = c2;
    words[i + 3] = c3;
  }
}
