import type { Draw } from './random.js';

/** Numbers at which sizes and offsets break. */
const NUMBERS = [
  0n, 1n, 2n, 3n, 4n, 7n, 8n, 15n, 16n, 63n, 64n, 127n, 128n, 255n, 256n, 65535n, 65536n,
  2n ** 31n - 1n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 52n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, 2n ** 63n,
  2n ** 64n - 1n,
]; // prettier-ignore

/** One of the numbers at which sizes and offsets break, as bytes; the least significant first. */
function numberBytes(draw: Draw, length: number): Uint8Array {
  const value = draw.chance(0.7) ? draw.pick(NUMBERS) : BigInt(draw.upTo(2 ** 32));
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes.slice(0, length);
}

/** A number at which sizes and offsets break. */
export const edgeNumber = (draw: Draw): number =>
  draw.chance(0.8) ? Number(draw.pick(NUMBERS)) : draw.pick([-1, 0.5, 1e308, -(2 ** 53), NaN]);

/** Bytes with `insert` in place of what is between two places. */
function spliced(bytes: Uint8Array, from: number, to: number, insert: Uint8Array): Uint8Array {
  const result = new Uint8Array(from + insert.length + bytes.length - to);
  result.set(bytes.subarray(0, from));
  result.set(insert, from);
  result.set(bytes.subarray(to), from + insert.length);
  return result;
}

function mutatedOnce(draw: Draw, bytes: Uint8Array): Uint8Array {
  const at = draw.upTo(bytes.length + 1);
  const length = draw.chance(0.8) ? 1 + draw.upTo(16) : draw.upTo(bytes.length + 1);
  const end = Math.min(at + length, bytes.length);
  switch (draw.upTo(10)) {
    case 0:
    case 1: {
      const result = bytes.slice();
      result[draw.upTo(bytes.length)] ^= 1 << draw.upTo(8);
      return result;
    }
    case 2: {
      const result = bytes.slice();
      result[draw.upTo(bytes.length)] = draw.upTo(256);
      return result;
    }
    case 3:
    case 4:
    case 5: {
      const number = numberBytes(draw, draw.pick([1, 2, 4, 8]));
      return spliced(bytes, at, draw.chance(0.9) ? Math.min(at + number.length, bytes.length) : at, number);
    }
    case 6:
      return spliced(bytes, at, end, new Uint8Array());
    case 7:
      return spliced(bytes, at, at, bytes.slice(at, end));
    case 8: {
      const from = draw.upTo(bytes.length);
      return spliced(bytes, at, end, bytes.slice(from, from + (end - at)));
    }
    default:
      return draw.chance(0.5) ? bytes.slice(0, at) : spliced(bytes, at, end, new Uint8Array(end - at));
  }
}

/** Bytes changed in one to four places. */
export function mutateBytes(draw: Draw, bytes: Uint8Array): Uint8Array {
  let result = bytes;
  for (let times = 1 + draw.upTo(4); times > 0; times--) result = mutatedOnce(draw, result);
  return result;
}
