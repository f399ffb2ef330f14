/** Makes the error for bytes that cannot be what they should; the text says what was found. */
export type Fault = (found: string) => Error;

/** Reads bytes from front to back and never beyond their end. Numbers are little-endian. */
export class ByteCursor {
  /** index of the next byte */
  position = 0;

  /** @param fault makes the error that is thrown where the bytes end too soon */
  constructor(
    private readonly bytes: Uint8Array,
    readonly fault: Fault,
  ) {}

  /** Whether every byte has been read. */
  get done(): boolean {
    return this.position >= this.bytes.length;
  }

  /** How many bytes have not been read. */
  get left(): number {
    return this.bytes.length - this.position;
  }

  /** The next byte. */
  byte(): number {
    if (this.done) throw this.fault(`they end after ${this.bytes.length} bytes, in the middle of a value`);
    return this.bytes[this.position++];
  }

  /**
   * A variable-length integer of up to 64 bits in two's complement. Beyond 2^53 the result is inexact and no safe
   * integer: check it where it matters.
   */
  varint(): number {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      const bits = byte & 0x7f;
      if (shift < 32) low |= bits << shift;
      if (shift > 24) high |= shift < 32 ? bits >>> (32 - shift) : bits << (shift - 32);
      if (byte < 0x80) return high * 2 ** 32 + (low >>> 0);
    }
    throw this.fault(`byte ${this.position}: an integer of more than ten bytes`);
  }

  /** An unsigned integer of four bytes. */
  fixed32(): number {
    const [a, b, c, d] = this.take(4);
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  /**
   * An unsigned integer of up to eight bytes; undefined when all bits are set, as formats mark what is not there.
   * @throws Fault beyond 2^53, where no size or place in a file can be
   */
  unsigned(length: number): number | undefined {
    const bytes = this.take(length);
    if (bytes.every((byte) => byte === 0xff)) return undefined;
    const value = bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
    if (Number.isSafeInteger(value)) return value;
    throw this.fault(`${value} is no size or place in a file`);
  }

  /** The next bytes, in place. */
  take(length: number): Uint8Array {
    if (!(length >= 0 && length <= this.bytes.length - this.position)) {
      throw this.fault(`${length} bytes are said to follow byte ${this.position} of ${this.bytes.length}`);
    }
    this.position += length;
    return this.bytes.subarray(this.position - length, this.position);
  }
}
