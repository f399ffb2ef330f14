import { files } from '#files';

import { readableDtype, toValues } from '../checkpoint-values.js';
import { CheckpointError } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { memoryFile } from '../files-memory.js';
import { DTYPE_BYTES, type SafetensorsDtype } from '../safetensors/dtype.js';
import { swapBytes } from '../tensor-bundle/bundle-dtypes.js';
import { readTextAttribute } from './attributes.js';
import { type ChunkedValues, chunkedValues, readChunked } from './chunked-values.js';
import { readDataspace } from './dataspace.js';
import { type Datatype, readDatatype } from './datatype.js';
import type { Hdf5Bytes } from './hdf5-bytes.js';
import { type Layout, readLayout } from './layout.js';
import { readLinks } from './links.js';
import { MESSAGE, type Message, readMessages } from './object-header.js';
import { readSuperblock } from './superblock.js';

/** A dataset of an HDF5 file. */
export interface Hdf5Dataset {
  /** path in the file, without a slash before it, such as `layers/dense/vars/0` */
  readonly name: string;
  /** by safetensors' name, such as `F32`; HDF5's class, such as `STRING`, for what safetensors lacks */
  readonly dtype: string;
  /** row-major; empty for a scalar */
  readonly shape: readonly number[];
}

/** An open HDF5 file whose structure has been checked. The caller closes it. */
export interface Hdf5File {
  /** path or address, for messages */
  readonly file: string;
  /** by path, in the order of the file's groups */
  readonly entries: ReadonlyMap<string, Hdf5Dataset>;
  /**
   * Values of one dataset, row-major, newly allocated: exact for F32, F16 and BF16, rounded for F64.
   * @throws CheckpointError `not-found`, `unsupported-dtype`, `inexact-value`, `read-failed`, `truncated`
   */
  read(name: string): Promise<Float32Array>;
  /** Releases the file. */
  close(): Promise<void>;
}

/** A dataset with what is needed to read it. */
interface Stored extends Hdf5Dataset {
  readonly datatype: Datatype;
  readonly byteLength: number;
  readonly layout: Exclude<Layout, { kind: 'chunked' }> | ChunkedValues;
}

/** Most objects and deepest nesting of a file that is read; a BERT of 24 layers has about 2,000 and 9. */
const MOST_OBJECTS = 100_000;
const DEEPEST = 64;

const found = (messages: readonly Message[], type: number): Message | undefined =>
  messages.find((message) => message.type === type);

/** @throws CheckpointError `size-mismatch` where a dataset in one piece has not the bytes that its shape takes */
function checkSize(
  { file: { path: file } }: Hdf5Bytes,
  layout: Exclude<Layout, { kind: 'chunked' }>,
  { name, dtype, shape, byteLength }: Hdf5Dataset & { readonly byteLength: number },
): void {
  const isNowhere = layout.kind === 'contiguous' && layout.address === undefined;
  const stored = layout.kind === 'compact' ? layout.values.length : Math.min(layout.length, byteLength);
  if (stored === byteLength && !(isNowhere && byteLength > 0)) return;
  const message = `${file}: ${name} of dtype ${dtype} and shape [${shape.join(', ')}] needs ${byteLength} bytes, but has ${isNowhere ? 0 : stored}.`;
  throw new CheckpointError('size-mismatch', message, { file, tensor: name });
}

async function readDataset(
  bytes: Hdf5Bytes,
  name: string,
  messages: readonly Message[],
): Promise<Stored | undefined> {
  const [type, space, place] = [MESSAGE.datatype, MESSAGE.dataspace, MESSAGE.layout].map((kind) =>
    found(messages, kind),
  );
  // A datatype with a name of its own is an object too, but none with values.
  if (type === undefined || space === undefined || place === undefined) return undefined;
  const file = bytes.file.path;
  if (type.isShared || space.isShared || found(messages, MESSAGE.externalFiles) !== undefined) {
    const where = type.isShared || space.isShared ? 'elsewhere in the file' : 'in other files';
    const message = `${file}: what ${name} is lies ${where}, which this reader does not follow.`;
    throw new CheckpointError('not-supported', message, { file, tensor: name });
  }
  const datatype = readDatatype(type.body);
  const shape = readDataspace(bytes, space.body);
  const byteLength = shape.reduce((product, length) => product * length, datatype.size);
  const where = readLayout(bytes, place.body, name);
  const layout =
    where.kind === 'chunked'
      ? await chunkedValues(bytes, where, found(messages, MESSAGE.filters), {
          name,
          shape,
          size: datatype.size,
        })
      : where;
  if (layout.kind !== 'chunked') checkSize(bytes, layout, { name, dtype: datatype.name, shape, byteLength });
  if (layout.kind === 'contiguous' && layout.address !== undefined) bytes.place(layout.address, byteLength);
  // Keras saves BF16, which HDF5 does not know, as two bytes without meaning and says in an attribute what they are.
  const isBf16 =
    datatype.name === 'OPAQUE' &&
    datatype.size === 2 &&
    (await readTextAttribute(bytes, messages, 'dtype')) === 'bfloat16';
  return { name, dtype: isBf16 ? 'BF16' : datatype.name, shape, datatype, byteLength, layout };
}

/** Every dataset of a file, from its first group down. */
async function readTree(bytes: Hdf5Bytes, root: number): Promise<Map<string, Stored>> {
  const datasets = new Map<string, Stored>();
  const groups = new Set<number>();
  const placed = new Map<number, Stored | undefined>();
  let objects = 0;
  const visit = async (path: readonly string[], address: number): Promise<void> => {
    objects++;
    if (path.length > DEEPEST || objects > MOST_OBJECTS)
      throw bytes.fault(`it has more than ${MOST_OBJECTS} objects, or groups nested deeper than ${DEEPEST}`);
    const name = path.join('/');
    const keep = (dataset: Stored | undefined): void => {
      if (datasets.has(name)) throw bytes.fault(`there are two objects ${name}`);
      if (dataset !== undefined) datasets.set(name, { ...dataset, name });
    };
    // Several names may lead to one dataset.
    if (placed.has(address)) {
      keep(placed.get(address));
      return;
    }
    const messages = await readMessages(bytes, address);
    const links = await readLinks(bytes, messages);
    if (links === undefined) {
      placed.set(address, await readDataset(bytes, name, messages));
      keep(placed.get(address));
      return;
    }
    if (groups.has(address)) throw bytes.fault(`the group ${name} is its own ancestor, or in two places`);
    groups.add(address);
    for (const link of links) await visit([...path, link.name], link.address);
  };
  await visit([], root);
  return datasets;
}

/** No two datasets may share bytes, so that all of them together are no larger than the file. */
function checkOverlap(bytes: Hdf5Bytes, datasets: Iterable<Stored>): void {
  const places: { readonly address: number; readonly end: number; readonly name: string }[] = [];
  for (const { name, layout, byteLength } of new Map(
    [...datasets].map((one) => [one.layout, one]),
  ).values()) {
    if (layout.kind === 'contiguous' && layout.address !== undefined && byteLength > 0)
      places.push({ address: layout.address, end: layout.address + byteLength, name });
    if (layout.kind === 'chunked')
      for (const { address, length } of layout.chunks) places.push({ address, end: address + length, name });
  }
  places.sort((a, b) => a.address - b.address);
  places.forEach(({ address, name }, i) => {
    const before = places[i - 1];
    if (before === undefined || before.end <= address) return;
    const message = `${bytes.file.path}: ${name} begins at byte ${address}, inside ${before.name}. Fetch the file again.`;
    throw new CheckpointError('offsets-overlap', message, { file: bytes.file.path, tensor: name });
  });
}

/** How much larger than the file all chunks may be when they are unpacked, and what every file may have: weights hardly shrink. */
const UNPACKED = { ratio: 4, floor: 2 ** 20 } as const;

/** @throws CheckpointError `size-mismatch` for chunks that unpack to far more than the file has */
function checkUnpacked({ file: { path: file, size } }: Hdf5Bytes, datasets: Iterable<Stored>): void {
  const most = Math.max(UNPACKED.floor, UNPACKED.ratio * size);
  let unpacked = 0;
  for (const { name, layout, byteLength } of datasets) {
    if (layout.kind !== 'chunked') continue;
    unpacked += byteLength;
    if (Math.max(unpacked, layout.chunkBytes) <= most) continue;
    const message = `${file}: with ${name} its chunks unpack to more than ${most} bytes, ${UNPACKED.ratio} times the file. If you trust it, rewrite it: h5repack -l CONTI -f NONE OLD NEW.`;
    throw new CheckpointError('size-mismatch', message, { file, tensor: name });
  }
}

/**
 * Opens an HDF5 file and checks its whole structure before any memory for values is asked for. Read is what Keras,
 * `transformers` and h5py write: datasets in one piece or in chunks (plain, gzip, shuffle, Fletcher's checksums) of integers
 * and floats. Links to other paths and to other files are not followed. Datasets are then read one at a time, straight from the file.
 * @param source path, address (in a browser), the whole file, or an open one, which is closed with the result or when
 *   opening fails
 * @throws CheckpointError `not-found`, `read-failed`, `truncated`, `header-invalid`, `size-mismatch`,
 *   `offsets-outside-file`, `offsets-overlap`; `not-supported` for other filters, and for chunks, large groups and shared types
 *   of HDF5's latest format; when a dataset is read also `checksum-mismatch`
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html
 */
export async function openHdf5(source: string | Uint8Array | RandomAccessFile): Promise<Hdf5File> {
  const data =
    typeof source === 'string'
      ? await files.open(source)
      : source instanceof Uint8Array
        ? memoryFile(source)
        : source;
  try {
    const { bytes, root } = await readSuperblock(data);
    const datasets = await readTree(bytes, root);
    checkOverlap(bytes, datasets.values());
    checkUnpacked(bytes, datasets.values());
    const entries = new Map(
      [...datasets].map(([name, { dtype, shape }]) => [name, { name, dtype, shape }] as const),
    );
    const read = async (name: string): Promise<Float32Array> => {
      const dataset = datasets.get(name);
      const where = { file: data.path, tensor: name };
      if (dataset === undefined)
        throw new CheckpointError('not-found', `${data.path}: there is no dataset ${name}.`, where);
      const { layout, datatype, byteLength } = dataset;
      const dtype: SafetensorsDtype = readableDtype(dataset.dtype, where);
      const values = new Uint8Array(byteLength);
      if (layout.kind === 'compact') values.set(layout.values);
      else if (layout.kind === 'chunked') await readChunked(bytes, layout, values, where);
      else if (layout.address !== undefined) await data.read(values, bytes.place(layout.address, byteLength));
      if (datatype.isBigEndian) swapBytes(values, DTYPE_BYTES[dtype]);
      return toValues(dtype, values, where);
    };
    return { file: data.path, entries, read, close: () => data.close() };
  } catch (error) {
    await data.close();
    throw error;
  }
}
