import { files } from '#files';

import { CheckpointError, type CheckpointErrorCode } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { isReadable, toFloat32 } from '../safetensors/dtype.js';
import { type BundleHeader, type EntryMessage, readBundleHeader, readEntry } from './bundle-messages.js';
import { bytesPerValue, dtypeName, numericType, swapBytes } from './bundle-dtypes.js';
import { findParts, placePart, type SlicedTensor } from './bundle-slices.js';
import type { Fault } from './byte-cursor.js';
import { crc32c, masked } from './crc32c.js';
import { parseString } from './bundle-strings.js';
import { isSliceKey } from './ordered-code.js';
import { readTable } from './table.js';

/** One tensor of a bundle. */
export interface BundleEntry {
  /** key in the checkpoint */
  readonly name: string;
  /** by safetensors' name, such as `F32`; `STRING`, or `DT_` and TensorFlow's number for what safetensors lacks */
  readonly dtype: string;
  /** row-major; empty for a scalar */
  readonly shape: readonly number[];
}

/** An open checkpoint of TensorFlow. The caller closes it. */
export interface TensorBundle {
  /** path or address of the index, for messages */
  readonly file: string;
  /** by name, in the order in which they lie in the data files */
  readonly entries: ReadonlyMap<string, BundleEntry>;
  /**
   * Values of one tensor, row-major, newly allocated: exact for F32, F16 and BF16, rounded for F64.
   * @throws CheckpointError `not-found`, `unsupported-dtype`, `inexact-value`, `checksum-mismatch`, `read-failed`,
   *   `truncated`
   */
  read(name: string): Promise<Float32Array>;
  /**
   * Bytes of a tensor that is one string.
   * @throws CheckpointError as `read`; `index-invalid` for another number of strings
   */
  readText(name: string): Promise<Uint8Array>;
  /** Releases all files. */
  close(): Promise<void>;
}

/** What of the index is kept for reading one tensor. */
interface Stored extends BundleEntry {
  readonly entry: EntryMessage;
  /** the parts of a tensor saved in slices */
  readonly sliced: SlicedTensor | undefined;
}

/** Largest index that is read whole; one of a model with 100,000 tensors has about five megabytes. */
const LARGEST_INDEX = 64 * 2 ** 20;

/** Version of the format this reader knows; TensorFlow has written no other since 2016. */
const VERSION = 1;

const dataFile = (prefix: string, shard: number, { shards }: BundleHeader): string =>
  `${prefix}.data-${String(shard).padStart(5, '0')}-of-${String(shards).padStart(5, '0')}`;

async function readIndex(file: string): Promise<Map<string, Uint8Array>> {
  const index = await files.open(file);
  try {
    if (index.size > LARGEST_INDEX) {
      const message = `${file}: expected an index of at most ${LARGEST_INDEX} bytes, found ${index.size}.`;
      throw new CheckpointError('read-failed', message, { file });
    }
    const bytes = new Uint8Array(index.size);
    await index.read(bytes, 0);
    return readTable(bytes, file);
  } finally {
    await index.close();
  }
}

/** Header and tensors of an index, each tensor's bytes against its shape. */
function parseIndex(
  table: ReadonlyMap<string, Uint8Array>,
  file: string,
): { header: BundleHeader; stored: Stored[]; pieces: EntryMessage[] } {
  const fault: Fault = (found) => new CheckpointError('index-invalid', `${file}: ${found}.`, { file });
  const first = table.get('');
  if (first === undefined) throw fault('it has no header, so it is a table but no checkpoint of TensorFlow');
  const header = readBundleHeader(first, (found) => fault(`its header cannot be read: ${found}`));
  if (header.minimumReader > VERSION) {
    throw fault(`it asks for a reader of version ${header.minimumReader}, this is one of version ${VERSION}`);
  }
  const nameOf = (key: string): string =>
    new TextDecoder().decode(Uint8Array.from(key, (character) => character.charCodeAt(0)));
  const messages = new Map<string, EntryMessage>();
  for (const [key, value] of table) {
    if (key === '') continue;
    const where = isSliceKey(key) ? 'a slice' : nameOf(key);
    const entry = readEntry(value, (found) => fault(`its entry for ${where} cannot be read: ${found}`));
    messages.set(key, entry);
    const size = bytesPerValue(entry.type);
    if (size === undefined || entry.slices.length > 0) continue;
    const expected = entry.shape.reduce((product, length) => product * length, size);
    if (expected !== entry.byteLength) {
      const message = `${file}: ${where} of dtype ${dtypeName(entry.type)} and shape [${entry.shape.join(', ')}] needs ${expected} bytes, but the index says ${entry.byteLength}.`;
      throw new CheckpointError('size-mismatch', message, { file });
    }
  }
  const stored: Stored[] = [];
  for (const [key, entry] of messages) {
    if (isSliceKey(key)) continue;
    const sliced = entry.slices.length > 0 ? findParts(key, entry, messages, fault) : undefined;
    stored.push({ name: nameOf(key), dtype: dtypeName(entry.type), shape: entry.shape, entry, sliced });
  }
  const place = ({ entry, sliced }: Stored): EntryMessage => sliced?.parts[0].entry ?? entry;
  stored.sort((a, b) => place(a).shard - place(b).shard || place(a).offset - place(b).offset);
  const pieces = [...messages.values()].filter(({ slices }) => slices.length === 0);
  return { header, stored, pieces };
}

/** Opens the data files that hold something, and holds every place in them against their sizes. */
async function openShards(
  prefix: string,
  file: string,
  header: BundleHeader,
  pieces: readonly EntryMessage[],
): Promise<ReadonlyMap<number, RandomAccessFile>> {
  const shards = new Map<number, RandomAccessFile>();
  const fail = (code: CheckpointErrorCode, found: string, path = file): never => {
    throw new CheckpointError(code, found, { file: path });
  };
  try {
    const sorted = [...pieces].sort((a, b) => a.shard - b.shard || a.offset - b.offset);
    const absent = new Set<string>();
    for (const { shard } of sorted) {
      if (shard >= header.shards)
        return fail('index-invalid', `${file}: a tensor is in data file ${shard} of ${header.shards}.`);
      const path = dataFile(prefix, shard, header);
      if (shards.has(shard) || absent.has(path)) continue;
      if (await files.exists(path)) shards.set(shard, await files.open(path));
      else absent.add(path);
    }
    if (absent.size > 0) {
      const message = `${file}: the data is missing: ${[...absent].join(', ')}. Put it beside the index.`;
      return fail('missing-shard', message);
    }
    let previous: EntryMessage | undefined;
    for (const entry of sorted) {
      const { shard, offset, byteLength } = entry;
      const { path, size } = shards.get(shard) as RandomAccessFile;
      if (offset + byteLength > size) {
        const found = `${path}: the index places ${byteLength} bytes at byte ${offset}, but the file has ${size}. It is cut off or another model's: fetch it again.`;
        return fail('offsets-outside-file', found, path);
      }
      if (previous?.shard === shard && previous.offset + previous.byteLength > offset) {
        return fail(
          'offsets-overlap',
          `${path}: the index places two tensors at byte ${offset}. Fetch both again.`,
        );
      }
      previous = entry;
    }
    return shards;
  } catch (error) {
    for (const shard of shards.values()) await shard.close();
    throw error;
  }
}

/**
 * Opens a checkpoint in TensorFlow's bundle format (`tf.train.Saver` since 0.12, `tf.train.Checkpoint`, the
 * `variables` of a SavedModel). The index is read and checked whole: checksums, shapes against bytes, places against
 * the data files. Tensors are then read one at a time and each one's checksum is verified.
 * @param prefix path or address without `.index`, such as `bert_model.ckpt`
 * @throws CheckpointError `not-found`, `read-failed`, `truncated`, `checksum-mismatch`, `index-invalid`,
 *   `size-mismatch`, `missing-shard`, `offsets-outside-file`, `offsets-overlap`
 * @see https://github.com/tensorflow/tensorflow/blob/v2.21.0/tensorflow/core/util/tensor_bundle/tensor_bundle.h
 */
export async function openTensorBundle(prefix: string): Promise<TensorBundle> {
  const file = `${prefix}.index`;
  const { header, stored, pieces } = parseIndex(await readIndex(file), file);
  const shards = await openShards(prefix, file, header, pieces);

  const readBytes = async (
    name: string,
    entry: EntryMessage,
    checksum: (bytes: Uint8Array) => number,
  ): Promise<Uint8Array<ArrayBuffer>> => {
    const shard = shards.get(entry.shard) as RandomAccessFile;
    const bytes = new Uint8Array(entry.byteLength);
    await shard.read(bytes, entry.offset);
    if (masked(checksum(bytes)) !== entry.checksum) {
      const message = `${shard.path}: the checksum of ${name} is wrong. The file is damaged: fetch it again.`;
      throw new CheckpointError('checksum-mismatch', message, { file: shard.path, tensor: name });
    }
    return bytes;
  };

  const readPiece = async (name: string, entry: EntryMessage): Promise<Float32Array> => {
    const details = { file, tensor: name };
    const dtype = numericType(entry.type);
    if (dtype === undefined || !isReadable(dtype)) {
      const message = `${file}: ${name} has dtype ${dtypeName(entry.type)}, which cannot be read as float32.`;
      throw new CheckpointError('unsupported-dtype', message, details);
    }
    const bytes = await readBytes(name, entry, crc32c);
    if (header.bigEndian) swapBytes(bytes, bytesPerValue(entry.type) ?? 1);
    const { values, inexactAt } = toFloat32(dtype, bytes);
    if (inexactAt >= 0) {
      const message = `${file}: value ${inexactAt} of ${name} (${dtype}) does not fit into float32.`;
      throw new CheckpointError('inexact-value', message, details);
    }
    return values;
  };

  const byName = new Map(stored.map((tensor) => [tensor.name, tensor]));
  const find = (name: string): Stored => {
    const tensor = byName.get(name);
    if (tensor !== undefined) return tensor;
    throw new CheckpointError('not-found', `${file}: there is no tensor ${name}.`, { file, tensor: name });
  };
  const readText = async (name: string): Promise<Uint8Array> => {
    const { entry, dtype, shape } = find(name);
    const fault: Fault = (found) =>
      new CheckpointError('index-invalid', `${file}: ${name}: ${found}.`, { file, tensor: name });
    if (dtype !== 'STRING' || shape.length > 0 || entry.slices.length > 0)
      throw fault('it is not one string');
    let text: Uint8Array = new Uint8Array();
    await readBytes(name, entry, (bytes) => {
      const parsed = parseString(bytes, fault);
      text = parsed.text;
      return parsed.checksum;
    });
    return text;
  };
  const read = async (name: string): Promise<Float32Array> => {
    const { entry, sliced, shape } = find(name);
    if (sliced === undefined) return readPiece(name, entry);
    const values = new Float32Array(shape.reduce((product, size) => product * size, 1));
    for (const { entry: piece, start } of sliced.parts) {
      placePart(values, shape, await readPiece(name, piece), sliced.axis, start);
    }
    return values;
  };
  const entries = new Map(stored.map(({ name, dtype, shape }) => [name, { name, dtype, shape }]));
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  return { file, entries, read, readText, close };
}
