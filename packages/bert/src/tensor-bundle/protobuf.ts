import { ByteCursor, type Fault } from './byte-cursor.js';

/** One field of a message. `value` of a length-delimited field is its length. */
export interface ProtoField {
  /** number in the message's definition */
  readonly number: number;
  /** integers: varint, fixed32 and the length of bytes */
  readonly value: number;
  /** a string's, a message's or packed numbers' bytes, in place; empty for integers */
  readonly bytes: Uint8Array;
}

const NONE = new Uint8Array();

/**
 * The fields of a protocol buffer in the order in which they lie. 64-bit fixed values, which no message read here
 * has, come with the value 0.
 * @param fault makes the error for bytes that are no message
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function* protoFields(bytes: Uint8Array, fault: Fault): Generator<ProtoField, void, undefined> {
  const cursor = new ByteCursor(bytes, fault);
  while (!cursor.done) {
    const tag = cursor.varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (!(number > 0 && number < 2 ** 29)) throw fault(`a field with number ${number}`);
    if (wire === 0) yield { number, value: cursor.varint(), bytes: NONE };
    else if (wire === 1) yield { number, value: 0, bytes: cursor.take(8) };
    else if (wire === 2) {
      const value = cursor.varint();
      yield { number, value, bytes: cursor.take(value) };
    } else if (wire === 5) yield { number, value: cursor.fixed32(), bytes: NONE };
    else throw fault(`field ${number} has wire type ${wire}`);
  }
}
