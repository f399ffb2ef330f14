import { ByteCursor, type Fault } from './byte-cursor.js';
import { crc32c } from './crc32c.js';

/**
 * A tensor that is one string, as it is stored: its length as a varint, a checksum of the length, its bytes.
 * @returns the string, and the checksum of all: of the length as four bytes, of the length's checksum, and of the string
 */
export function parseString(bytes: Uint8Array, fault: Fault): { text: Uint8Array; checksum: number } {
  const cursor = new ByteCursor(bytes, fault);
  const length = cursor.varint();
  const lengthBytes = new Uint8Array(4);
  new DataView(lengthBytes.buffer).setUint32(0, length, true);
  const lengthChecksum = cursor.take(4);
  const { position } = cursor;
  if (length !== bytes.length - position) {
    throw fault(`a string of ${length} bytes is said to lie in ${bytes.length - position}`);
  }
  const text = bytes.subarray(position);
  return { text, checksum: crc32c(text, crc32c(lengthChecksum, crc32c(lengthBytes))) };
}
