import { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import { readDatatype } from './datatype.js';
import { readDataspace } from './dataspace.js';
import { expectSignature, type Hdf5Bytes } from './hdf5-bytes.js';
import { MESSAGE, type Message } from './object-header.js';

const utf8 = new TextDecoder();

const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** An object of a global heap, where strings of any length lie. */
async function readHeapObject(bytes: Hdf5Bytes, heap: number, wanted: number): Promise<Uint8Array> {
  const headLength = 8 + bytes.bytesOf(0, 1);
  const head = await bytes.sharedCursor(heap, headLength);
  expectSignature(head, 'GCOL');
  head.take(4);
  const length = Math.max(bytes.length(head) - headLength, 0);
  const cursor = await bytes.sharedCursor(heap + headLength, length);
  while (cursor.left >= 16) {
    const index = cursor.unsigned(2);
    cursor.take(6);
    const size = bytes.length(cursor);
    if (index === wanted) return cursor.take(size);
    if (index === 0) break;
    cursor.take(padded(size));
  }
  throw bytes.fault(`there is no text ${wanted} in the heap at ${heap}`);
}

/**
 * The text of an attribute.
 * @param messages of the object that has it
 * @returns undefined where there is no such attribute, or none that is one text
 * @throws CheckpointError `header-invalid`, `offsets-outside-file`
 */
export async function readTextAttribute(
  bytes: Hdf5Bytes,
  messages: readonly Message[],
  name: string,
): Promise<string | undefined> {
  for (const { type, isShared, body } of messages) {
    if (type !== MESSAGE.attribute || isShared) continue;
    body.position = 0;
    const version = body.byte();
    const flags = body.byte();
    if (!(version >= 1 && version <= 3) || (version > 1 && flags !== 0)) continue;
    const sizes = [0, 1, 2].map(() => body.unsigned(2) ?? 0xffff);
    if (version === 3) body.take(1);
    const part = (i: number): Uint8Array => body.take(version === 1 ? padded(sizes[i]) : sizes[i]);
    if (utf8.decode(part(0)).replace(/\0+$/, '') !== name) continue;
    const datatype = readDatatype(new ByteCursor(part(1), bytes.fault));
    const shape = readDataspace(bytes, new ByteCursor(part(2), bytes.fault));
    if (shape.some((length) => length !== 1)) continue;
    if (datatype.name === 'STRING') return utf8.decode(body.take(datatype.size)).replace(/[\0 ]+$/, '');
    if (datatype.name !== 'VARIABLE_LENGTH_STRING') continue;
    const length = body.unsigned(4) ?? Infinity;
    const heap = bytes.someAddress(body, `the text of the attribute ${name}`);
    const text = await readHeapObject(bytes, heap, body.unsigned(4) ?? Infinity);
    return utf8.decode(text.subarray(0, length));
  }
  return undefined;
}
