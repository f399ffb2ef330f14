import { CheckpointError } from '../errors.js';
import { type Chunk, type Grid, placeChunk, readChunks } from './chunks.js';
import { checkFilters, type Filter, readFilters, unfiltered } from './filters.js';
import type { Hdf5Bytes } from './hdf5-bytes.js';
import type { Layout } from './layout.js';
import type { Message } from './object-header.js';

/** Where the values of a dataset in chunks lie, and how they are packed. */
export interface ChunkedValues extends Grid {
  readonly kind: 'chunked';
  readonly chunks: readonly Chunk[];
  readonly filters: readonly Filter[];
  /** bytes of a number */
  readonly size: number;
  /** bytes of a chunk, unpacked */
  readonly chunkBytes: number;
}

/** A dataset whose chunks are looked for. */
interface Dataset {
  readonly name: string;
  readonly shape: readonly number[];
  readonly size: number;
}

/**
 * Finds all chunks of a dataset.
 * @param filters message that lists the filters; undefined without
 * @throws CheckpointError as `readChunks`; `not-supported` for a filter that is not undone
 */
export async function chunkedValues(
  bytes: Hdf5Bytes,
  { address, chunkShape }: Extract<Layout, { kind: 'chunked' }>,
  filters: Message | undefined,
  { name, shape, size }: Dataset,
): Promise<ChunkedValues> {
  const where = { file: bytes.file.path, tensor: name };
  if (filters?.isShared === true) {
    const message = `${where.file}: the filters of ${name} lie elsewhere in the file, which this reader does not follow.`;
    throw new CheckpointError('not-supported', message, where);
  }
  if (chunkShape.length !== shape.length)
    throw bytes.fault(`${name} of shape [${shape.join(', ')}] has chunks of [${chunkShape.join(', ')}]`);
  const list = filters === undefined ? [] : readFilters(filters.body);
  checkFilters(list, where);
  const chunkBytes = chunkShape.reduce((product, length) => product * length, size);
  const chunks = await readChunks(bytes, address, { shape, chunkShape }, name);
  const odd = list.length === 0 ? chunks.find(({ length }) => length !== chunkBytes) : undefined;
  if (odd !== undefined) {
    const message = `${where.file}: a chunk of ${name} has ${odd.length} bytes instead of ${chunkBytes}.`;
    throw new CheckpointError('size-mismatch', message, where);
  }
  return { kind: 'chunked', shape, chunkShape, chunks, filters: list, size, chunkBytes };
}

/**
 * Reads all chunks of a dataset, one at a time.
 * @param values that they are put in, row-major
 * @throws CheckpointError `read-failed`, `checksum-mismatch`, `size-mismatch`
 */
export async function readChunked(
  bytes: Hdf5Bytes,
  layout: ChunkedValues,
  values: Uint8Array,
  where: { readonly file: string; readonly tensor: string },
): Promise<void> {
  const { chunks, filters, chunkBytes, size } = layout;
  for (const chunk of chunks) {
    const stored = new Uint8Array(chunk.length);
    await bytes.file.read(stored, bytes.place(chunk.address, chunk.length));
    const content = await unfiltered(stored, filters, chunk.mask, chunkBytes, where);
    placeChunk(values, content, chunk, layout, size);
  }
}
