/** Rounds up to the eight bytes that everything in an HDF5 file is aligned to. */
export const aligned = (length: number): number => Math.ceil(length / 8) * 8;

/** Puts little-endian numbers and bytes one after the other into a block of known length. */
export class ByteWriter {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** index of the next byte */
  position = 0;
  private readonly view: DataView;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Integers of 1, 2, 4 or 8 bytes; undefined is the address of nothing. */
  integers(size: 1 | 2 | 4 | 8, ...values: readonly (number | undefined)[]): this {
    for (const value of values) {
      const integer = value === undefined ? 2n ** BigInt(8 * size) - 1n : BigInt(value);
      if (size === 1) this.view.setUint8(this.position, Number(integer));
      else if (size === 2) this.view.setUint16(this.position, Number(integer), true);
      else if (size === 4) this.view.setUint32(this.position, Number(integer), true);
      else this.view.setBigUint64(this.position, integer, true);
      this.position += size;
    }
    return this;
  }

  /** Bytes, then zeros up to `room`. */
  put(bytes: ArrayLike<number>, room = bytes.length): this {
    this.bytes.set(bytes, this.position);
    this.position += room;
    return this;
  }

  /** Letters of ASCII. */
  text(letters: string): this {
    return this.put(new TextEncoder().encode(letters));
  }
}
