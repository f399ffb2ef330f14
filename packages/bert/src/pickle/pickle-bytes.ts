import type { Fault } from '../tensor-bundle/byte-cursor.js';

/** The bytes at hand end before the pickle does: there may be more of it in the file. */
export class OutOfBytes extends Error {}

/** Longest line of the text opcodes of protocol 0, names of tensors included. */
const LONGEST_LINE = 2 ** 16;

/** Longest integer in bytes; PyTorch's magic number has ten. */
const LONGEST_INTEGER = 32;

/** A number where it is one exactly, else a bigint. */
const integer = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;

/** UTF-8, with lone surrogates as Python writes them. */
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the arguments of opcodes from front to back, little-endian as pickles are. */
export class PickleBytes {
  readonly #view: DataView;

  /**
   * @param bytes from which the pickle is read
   * @param position index of the next byte
   * @param fault makes the error for arguments that cannot be
   */
  constructor(
    private readonly bytes: Uint8Array,
    public position: number,
    private readonly fault: Fault,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws OutOfBytes */
  skip(length: number): number {
    const at = this.position;
    if (length > this.bytes.length - at) throw new OutOfBytes();
    this.position = at + length;
    return at;
  }

  take(length: number): Uint8Array {
    const at = this.skip(length);
    return this.bytes.subarray(at, at + length);
  }

  uint8(): number {
    return this.bytes[this.skip(1)];
  }

  uint16(): number {
    return this.#view.getUint16(this.skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.skip(4), true);
  }

  /** A length of eight bytes; beyond 2^53 it is inexact, and more than there can be. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.skip(8), true));
  }

  /** The only number of a pickle with the most significant byte first. */
  float64(): number {
    return this.#view.getFloat64(this.skip(8), false);
  }

  /** An integer in two's complement of any length up to 32 bytes. */
  long(length: number): number | bigint {
    if (length > LONGEST_INTEGER) throw this.fault(`an integer of ${length} bytes`);
    const bytes = this.take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]);
    return integer(BigInt.asIntN(8 * length, value));
  }

  text(length: number): string {
    return decoder.decode(this.take(length));
  }

  /** Text up to the end of the line, one character for each byte. */
  line(): string {
    let text = '';
    for (;;) {
      const byte = this.uint8();
      if (byte === 10) return text;
      if (text.length >= LONGEST_LINE) throw this.fault(`a line of more than ${LONGEST_LINE} bytes`);
      text += String.fromCharCode(byte);
    }
  }

  /** An integer in decimal, with Python 2's `L` after it or without. */
  decimal(line: string): number | bigint {
    if (!/^-?\d{1,76}L?$/.test(line)) throw this.fault(`${JSON.stringify(line)} for an integer`);
    return integer(BigInt(line.replace('L', '')));
  }

  /** A number as Python prints it. */
  float(line: string): number {
    if (/^-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(line)) return Number(line);
    if (line === 'nan') return NaN;
    if (line === 'inf' || line === '-inf') return line === 'inf' ? Infinity : -Infinity;
    throw this.fault(`${JSON.stringify(line)} for a number`);
  }
}

/** A string as Python 2's `repr` writes it. */
export function unquoted(line: string, fault: Fault): string {
  const inner = /^(['"])(.*)\1$/.exec(line)?.[2];
  if (inner === undefined) throw fault(`${JSON.stringify(line)} for a string in quotes`);
  const names: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };
  return inner.replace(/\\(?:x([\da-f]{2})|(.))/gi, (_, code: string | undefined, other: string) =>
    code === undefined ? (names[other] ?? other) : String.fromCharCode(parseInt(code, 16)),
  );
}

/** A string in Python's `raw-unicode-escape`. */
export function unescaped(line: string, fault: Fault): string {
  return line.replace(/\\u([\da-fA-F]{4})|\\U([\da-fA-F]{8})/g, (_, short?: string, long?: string) => {
    const point = parseInt(short ?? long ?? '', 16);
    if (point > 0x10ffff) throw fault(`a character of code ${point}`);
    return String.fromCodePoint(point);
  });
}
