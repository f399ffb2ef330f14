import { CheckpointError } from '../errors.js';
import type { FileToWrite } from '../files.js';
import { fromFloat32 } from '../safetensors/dtype.js';
import type { TensorToWrite } from '../safetensors/writer.js';
import { crc32c, masked } from './crc32c.js';
import { tableBytes, varint } from './write-table.js';

/** One shard, little-endian, version of the producer 1. */
const HEADER = Uint8Array.of(0x08, 1, 0x1a, 2, 0x08, 1);

const DT_FLOAT = 1;

/** Fields of a `BundleEntryProto`, as tags: number and wire type. */
const TAG = { dtype: 0x08, shape: 0x12, offset: 0x20, size: 0x28, crc32c: 0x35 } as const;

/** Fields of a `TensorShapeProto` and its dimensions. */
const DIM = 0x12;
const DIM_SIZE = 0x08;

function entry(shape: readonly number[], offset: number, size: number, checksum: number): Uint8Array {
  const dims = shape.flatMap((extent) => {
    const dim = extent === 0 ? [] : [DIM_SIZE, ...varint(extent)];
    return [DIM, dim.length, ...dim];
  });
  const stored = masked(checksum);
  return Uint8Array.from([
    ...[TAG.dtype, DT_FLOAT],
    ...[TAG.shape, ...varint(dims.length), ...dims],
    ...(offset === 0 ? [] : [TAG.offset, ...varint(offset)]),
    ...(size === 0 ? [] : [TAG.size, ...varint(size)]),
    ...[TAG.crc32c, ...[0, 8, 16, 24].map((shift) => (stored >>> shift) & 0xff)],
  ]);
}

const compareBytes = (a: Uint8Array, b: Uint8Array): number => {
  for (let at = 0; at < Math.min(a.length, b.length); at++) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
};

/**
 * Both files of a checkpoint as `tf.train.Saver` writes it: float32, sorted by name, each tensor with its checksum. To be
 * written in their order: the index says what the data turned out to be.
 * @param prefix name without `.index`, such as `bert_model.ckpt`
 * @param tensors asked for one at a time
 * @throws CheckpointError `size-mismatch` while writing
 */
export function bundleFiles(prefix: string, tensors: readonly TensorToWrite[]): FileToWrite[] {
  const encoder = new TextEncoder();
  const sorted = tensors
    .map((tensor) => ({ ...tensor, key: encoder.encode(tensor.name) }))
    .sort((a, b) => compareBytes(a.key, b.key));
  const entries: [Uint8Array, Uint8Array][] = [[new Uint8Array(), HEADER]];
  const dataFile = `${prefix}.data-00000-of-00001`;
  const data = async function* (): AsyncGenerator<Uint8Array> {
    let offset = 0;
    for (const { name, key, shape, values } of sorted) {
      const { bytes } = fromFloat32('float32', await values());
      const expected = shape.reduce((product, extent) => product * extent, Float32Array.BYTES_PER_ELEMENT);
      if (bytes.length !== expected) {
        const message = `${dataFile}: ${name} of shape [${shape.join(', ')}] needs ${expected} bytes, found ${bytes.length}.`;
        throw new CheckpointError('size-mismatch', message, { file: dataFile, tensor: name });
      }
      entries.push([key, entry(shape, offset, bytes.length, crc32c(bytes))]);
      offset += bytes.length;
      yield bytes;
    }
  };
  return [
    { name: dataFile, content: data },
    { name: `${prefix}.index`, content: () => [tableBytes(entries)] },
  ];
}
