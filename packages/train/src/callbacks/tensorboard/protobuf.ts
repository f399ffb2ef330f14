/** Puts bytes together. */
export function concatenated(parts: readonly Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

/** Wire types of Protocol Buffers. */
const [VARINT, FIXED64, LENGTH] = [0, 1, 2];

/** A message of Protocol Buffers, written field by field; what equals the default of its type may be left out. */
export class Message {
  private readonly parts: Uint8Array[] = [];

  /** int32, int64, uint32, enum: an integer of at least 0 */
  integer(field: number, value: number): this {
    return this.add(varint((field << 3) | VARINT), varint(value));
  }

  /** double */
  double(field: number, value: number): this {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setFloat64(0, value, true);
    return this.add(varint((field << 3) | FIXED64), bytes);
  }

  /** bytes, or a string in UTF-8 */
  bytes(field: number, value: Uint8Array | string): this {
    const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
    return this.add(varint((field << 3) | LENGTH), varint(bytes.length), bytes);
  }

  /** a message inside */
  message(field: number, value: Message): this {
    return this.bytes(field, value.encode());
  }

  /** what has been written */
  encode(): Uint8Array {
    return concatenated(this.parts);
  }

  private add(...parts: readonly Uint8Array[]): this {
    this.parts.push(...parts);
    return this;
  }
}

/** Seven bits a byte, the lowest first. @param value up to 2^53 - 1 */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Uint8Array.from(bytes);
}
