import { CheckpointError } from '../errors.js';
import { aligned, ByteWriter } from './byte-writer.js';
import { MESSAGE } from './object-header.js';

/** Text of an attribute, or several. */
export type Texts = string | readonly string[];

/** Bytes before the first message of a header, and before each message. */
const HEADER_PREFIX = 16;
const MESSAGE_PREFIX = 8;

/** Longest message: its length has two bytes. */
const LONGEST = 0xffff - 7;

/** 32-bit little-endian floats: no offset, 32 bits; exponent of 8 at 23, mantissa of 23 at 0, bias 127. */
const FLOAT32 = new ByteWriter(20)
  .integers(1, 0x11, 0x20, 31, 0)
  .integers(4, 4)
  .integers(2, 0, 32)
  .integers(1, 23, 8, 0, 23)
  .integers(4, 127).bytes;

/** Text of a fixed length in UTF-8, filled up with zeros. */
const textType = (length: number): Uint8Array =>
  new ByteWriter(8).integers(1, 0x13, 0x11, 0, 0).integers(4, length).bytes;

function dataspace(shape: readonly number[]): Uint8Array {
  return new ByteWriter(8 + 8 * shape.length)
    .integers(1, 1, shape.length, 0, 0, 0, 0, 0, 0)
    .integers(8, ...shape).bytes;
}

/** A header with its messages, each a type and its content. */
function header(messages: readonly (readonly [type: number, body: Uint8Array])[]): Uint8Array {
  const length = messages.reduce((sum, [, body]) => sum + MESSAGE_PREFIX + aligned(body.length), 0);
  const writer = new ByteWriter(HEADER_PREFIX + length)
    .integers(1, 1, 0)
    .integers(2, messages.length)
    .integers(4, 1, length, 0);
  for (const [type, body] of messages) {
    writer.integers(2, type, aligned(body.length)).integers(4, 0).put(body, aligned(body.length));
  }
  return writer.bytes;
}

/**
 * An attribute of text.
 * @throws CheckpointError `not-supported` for more than an attribute of this format holds: 64 kilobytes
 */
function attribute(name: string, texts: Texts): Uint8Array {
  const utf8 = new TextEncoder();
  const nameBytes = utf8.encode(`${name}\0`);
  const values = (typeof texts === 'string' ? [texts] : texts).map((text) => utf8.encode(text));
  const size = Math.max(1, ...values.map(({ length }) => length));
  const space = dataspace(typeof texts === 'string' ? [] : [values.length]);
  const length = 8 + aligned(nameBytes.length) + 8 + space.length + size * values.length;
  if (length > LONGEST) {
    const message = `${name}: an attribute of an HDF5 file holds ${LONGEST} bytes, not ${length}.`;
    throw new CheckpointError('not-supported', message, { file: name });
  }
  const writer = new ByteWriter(length)
    .integers(1, 1, 0)
    .integers(2, nameBytes.length, 8, space.length)
    .put(nameBytes, aligned(nameBytes.length))
    .put(textType(size))
    .put(space);
  for (const value of values) writer.put(value, size);
  return writer.bytes;
}

/** Header of a group, with its attributes. */
export function groupHeader(
  tree: number,
  heap: number,
  attributes: ReadonlyMap<string, Texts> = new Map(),
): Uint8Array {
  return header([
    [MESSAGE.symbolTable, new ByteWriter(16).integers(8, tree, heap).bytes],
    ...[...attributes].map(([name, texts]) => [MESSAGE.attribute, attribute(name, texts)] as const),
  ]);
}

/** Header of a dataset of 32-bit floats in one piece. */
export function datasetHeader(shape: readonly number[], address: number): Uint8Array {
  const byteLength = shape.reduce((product, length) => product * length, 4);
  const layout = new ByteWriter(18)
    .integers(1, 3, 1)
    .integers(8, byteLength === 0 ? undefined : address, byteLength);
  return header([
    [MESSAGE.dataspace, dataspace(shape)],
    [MESSAGE.datatype, FLOAT32],
    [MESSAGE.layout, layout.bytes],
  ]);
}
