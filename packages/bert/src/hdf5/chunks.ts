import { CheckpointError } from '../errors.js';
import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import { expectSignature, type Hdf5Bytes } from './hdf5-bytes.js';

/** One chunk of a dataset. */
export interface Chunk {
  readonly address: number;
  /** bytes in the file */
  readonly length: number;
  /** a bit for each filter that it was spared */
  readonly mask: number;
  /** where it begins in the dataset */
  readonly offset: readonly number[];
}

/** How a dataset is cut. */
export interface Grid {
  /** of the dataset */
  readonly shape: readonly number[];
  /** of each chunk, also of those that reach beyond the dataset */
  readonly chunkShape: readonly number[];
}

/** Node of a tree of chunks. */
const OF_CHUNKS = 1;

/** Deepest tree; each level has many children. */
const DEEPEST = 16;

const product = (factors: readonly number[]): number =>
  factors.reduce((result, factor) => result * factor, 1);

/**
 * The chunks of a dataset, by the tree that lists them (version 1, as all but the latest format has it). Every chunk must
 * be there, in its place, once.
 * @param name of the dataset, for messages
 * @throws CheckpointError `header-invalid`, `offsets-outside-file`, `size-mismatch`
 */
export async function readChunks(
  bytes: Hdf5Bytes,
  address: number | undefined,
  { shape, chunkShape }: Grid,
  name: string,
): Promise<Chunk[]> {
  const chunks: Chunk[] = [];
  const seen = new Set<string>();
  const rank = shape.length;
  const visit = async (node: number, above: number): Promise<void> => {
    const head = await bytes.cursor(node, 8 + bytes.bytesOf(2, 0));
    expectSignature(head, 'TREE');
    const kind = head.byte();
    const level = head.byte();
    const count = head.unsigned(2) ?? 0xffff;
    if (kind !== OF_CHUNKS || level >= above)
      throw bytes.fault(`the tree of the chunks of ${name} has a node of kind ${kind} at level ${level}`);
    const keyLength = 8 + 8 * (rank + 1);
    const length = count * (keyLength + bytes.bytesOf(1, 0));
    const body = await bytes.cursor(node + 8 + bytes.bytesOf(2, 0), length);
    for (let i = 0; i < count; i++) {
      const chunk = readKey(body, rank);
      const child = bytes.someAddress(body, `a chunk of ${name}`);
      if (level > 0) await visit(child, level);
      else keep({ ...chunk, address: child });
    }
  };
  const keep = (chunk: Chunk): void => {
    const { offset } = chunk;
    const key = offset.join();
    const isInGrid = offset.every((at, axis) => at % chunkShape[axis] === 0 && at < shape[axis]);
    if (!isInGrid || seen.has(key))
      throw bytes.fault(`${name} of shape [${shape.join(', ')}] has a chunk at [${key}], or two`);
    seen.add(key);
    bytes.place(chunk.address, chunk.length);
    chunks.push(chunk);
  };
  if (address !== undefined) await visit(address, DEEPEST);
  const wanted = product(shape.map((length, axis) => Math.ceil(length / chunkShape[axis])));
  if (chunks.length === wanted) return chunks;
  const message = `${bytes.file.path}: ${name} of shape [${shape.join(', ')}] needs ${wanted} chunks, but has ${chunks.length}.`;
  throw new CheckpointError('size-mismatch', message, { file: bytes.file.path, tensor: name });
}

function readKey(cursor: ByteCursor, rank: number): Omit<Chunk, 'address'> {
  const length = cursor.fixed32();
  const mask = cursor.fixed32();
  const offset = Array.from({ length: rank }, () => cursor.unsigned(8) ?? Infinity);
  cursor.take(8);
  return { length, mask, offset };
}

/**
 * Puts the numbers of a chunk in their places.
 * @param values of the whole dataset, row-major
 * @param size bytes of a number
 */
export function placeChunk(
  values: Uint8Array,
  content: Uint8Array,
  { offset }: Chunk,
  { shape, chunkShape }: Grid,
  size: number,
): void {
  const last = shape.length - 1;
  const place = (axis: number, from: number, to: number): void => {
    const count = Math.min(chunkShape[axis], shape[axis] - offset[axis]);
    const at = to * shape[axis] + offset[axis];
    if (axis === last) {
      values.set(content.subarray(from * size, (from + count) * size), at * size);
      return;
    }
    for (let i = 0; i < count; i++) place(axis + 1, (from + i) * chunkShape[axis + 1], at + i);
  };
  place(0, 0, 0);
}
