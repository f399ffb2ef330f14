import { describe, expect, it } from '@jest/globals';

import { crc32c, masked } from '../src/tensor-bundle/crc32c.js';

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
  it.each([
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 bytes of ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['123456789', new TextEncoder().encode('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(), 0],
  ])('of %s', (_, bytes, expected) => {
    expect(crc32c(bytes)).toBe(expected);
  });

  it('is the same wherever the bytes begin, of any length, in one piece or two', () => {
    const bitwise = (bytes: Uint8Array): number => {
      let crc = ~0;
      for (const byte of bytes) {
        crc ^= byte;
        for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
      }
      return ~crc >>> 0;
    };
    const all = Uint8Array.from({ length: 48 }, (_, i) => (i * 37 + 11) % 256);
    for (let begin = 0; begin < 9; begin++) {
      for (let end = begin; end <= all.length; end++) {
        const bytes = all.subarray(begin, end);
        const middle = (begin + end) >>> 1;
        expect(crc32c(bytes)).toBe(bitwise(bytes));
        expect(crc32c(all.subarray(middle, end), crc32c(all.subarray(begin, middle)))).toBe(bitwise(bytes));
      }
    }
  });

  it('is an unsigned integer in its masked form too', () => {
    expect(masked(0)).toBe(0xa282ead8);
    // Rotated by 15 bits to the right and then beyond 2^32: 0xffffffff + 0xa282ead8.
    expect(masked(0xffffffff)).toBe(0xa282ead7);
    expect(masked(0x00008000)).toBe(0xa282ead9);
  });
});
