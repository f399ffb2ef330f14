/**
 * The little of Protocol Buffers' wire format that the engine needs: writing a `ConfigProto`, reading an `OpDef`.
 */

/** One field of a message: `bytes` for length-delimited ones, `value` for varints. Other wire types are skipped. */
export interface ProtoField {
  readonly number: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);

/** Goes through the fields of a message in order. */
export function* readFields(message: Uint8Array): Generator<ProtoField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = message[at++];
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        yield { number, value: varint(), bytes: EMPTY };
        break;
      case 1:
        at += 8;
        break;
      case 2: {
        const length = varint();
        yield { number, value: 0, bytes: message.subarray(at, at + length) };
        at += length;
        break;
      }
      case 5:
        at += 4;
        break;
      default:
        throw new Error(`protobuf: unknown wire type in tag ${tag}`);
    }
  }
}

/** A field with an unsigned integer, a bool or an enum. */
export function varintField(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varintBytes(number * 8), ...varintBytes(value)]);
}

/** A field with a string or a message. */
export function bytesField(number: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const content = parts.flatMap((part) => [...(typeof part === 'string' ? Buffer.from(part) : part)]);
  return Uint8Array.from([...varintBytes(number * 8 + 2), ...varintBytes(content.length), ...content]);
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
