import type { Fault } from './byte-cursor.js';
import type { Extent } from './ordered-code.js';
import { type ProtoField, protoFields } from './protobuf.js';

/** What the index says of all tensors: `BundleHeaderProto`, under the empty key. */
export interface BundleHeader {
  /** number of data files */
  readonly shards: number;
  readonly bigEndian: boolean;
  /** oldest version of the format whose readers read it */
  readonly minimumReader: number;
}

/** What the index says of one tensor: `BundleEntryProto`. */
export interface EntryMessage {
  /** number of the type in TensorFlow's `DataType` */
  readonly type: number;
  /** row-major; empty for a scalar */
  readonly shape: readonly number[];
  /** data file, from 0 */
  readonly shard: number;
  /** first byte in the data file */
  readonly offset: number;
  /** bytes in the data file */
  readonly byteLength: number;
  /** checksum of the bytes, masked */
  readonly checksum: number;
  /** the parts a tensor was saved in, each an entry of its own; empty for a tensor in one piece */
  readonly slices: readonly (readonly Extent[])[];
}

/** First value of a field, or the default of protocol buffers, which leave zeros out. */
const valueOf = (fields: readonly ProtoField[], number: number): number =>
  fields.find((field) => field.number === number)?.value ?? 0;

const messages = (fields: readonly ProtoField[], number: number): readonly Uint8Array[] =>
  fields.filter((field) => field.number === number).map((field) => field.bytes);

/** @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/protobuf/tensor_bundle.proto */
export function readBundleHeader(bytes: Uint8Array, fault: Fault): BundleHeader {
  const fields = [...protoFields(bytes, fault)];
  const version = messages(fields, 3).flatMap((message) => [...protoFields(message, fault)]);
  const shards = valueOf(fields, 1);
  if (!(shards >= 1 && shards <= 99_999)) throw fault(`it names ${shards} data files`);
  const endianness = valueOf(fields, 2);
  if (endianness !== 0 && endianness !== 1) throw fault(`it names byte order ${endianness}`);
  return { shards, bigEndian: endianness === 1, minimumReader: valueOf(version, 2) };
}

/** As `readBundleHeader`. Every number of the result is a safe integer from 0, but for a slice's length of -1. */
export function readEntry(bytes: Uint8Array, fault: Fault): EntryMessage {
  const fields = [...protoFields(bytes, fault)];
  const shapeFields = messages(fields, 2).flatMap((message) => [...protoFields(message, fault)]);
  const entry = {
    type: valueOf(fields, 1),
    shape: messages(shapeFields, 2).map((dimension) => valueOf([...protoFields(dimension, fault)], 1)),
    shard: valueOf(fields, 3),
    offset: valueOf(fields, 4),
    byteLength: valueOf(fields, 5),
    checksum: valueOf(fields, 6),
    slices: messages(fields, 7).map((slice) =>
      messages([...protoFields(slice, fault)], 1).map((message) => {
        const extent = [...protoFields(message, fault)];
        const whole = !extent.some(({ number }) => number === 2);
        return { start: valueOf(extent, 1), length: whole ? -1 : valueOf(extent, 2) };
      }),
    ),
  };
  const { shape, shard, offset, byteLength, slices } = entry;
  const numbers = [
    ...shape,
    shard,
    offset,
    byteLength,
    ...slices.flat().flatMap(({ start, length }) => [start, Math.max(length, 0)]),
  ];
  const wrong = numbers.find((value) => !Number.isSafeInteger(value) || value < 0);
  if (wrong !== undefined) throw fault(`a size or place of ${wrong}`);
  return entry;
}
