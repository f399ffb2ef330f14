import { CheckpointError } from '../errors.js';
import { aligned, ByteWriter } from './byte-writer.js';

/** Half the objects in one symbol table: HDF5's own choice. */
export const LEAF_K = 4;

/** Half the tables of one tree: the same. */
export const INTERNAL_K = 16;

const TABLE_BYTES = 8 + 2 * LEAF_K * 40;
const TREE_BYTES = 24 + 8 * (4 * INTERNAL_K + 1);
const HEAP_BYTES = 32;

/** Most objects in one group: a tree of one level. */
const MOST_OBJECTS = 4 * LEAF_K * INTERNAL_K;

/** The tables of a group: a heap of names, a tree over symbol tables, and these, one after the other. */
export interface GroupTables {
  /** bytes of all of them */
  readonly length: number;
  /** place of the heap within them; the tree comes first */
  readonly heap: number;
  /**
   * The tables themselves.
   * @param address of the first byte
   * @param children addresses of the objects' headers, by name
   */
  write(address: number, children: ReadonlyMap<string, number>): Uint8Array;
}

/**
 * Lays out the tables of a group.
 * @param names of the objects in it
 * @throws CheckpointError `not-supported` for more than 256 objects
 */
export function groupTables(names: readonly string[], path: string): GroupTables {
  if (names.length > MOST_OBJECTS) {
    const message = `${path}: a group written here holds ${MOST_OBJECTS} objects, not ${names.length}.`;
    throw new CheckpointError('not-supported', message, { file: path });
  }
  const utf8 = new TextEncoder();
  const compare = (a: Uint8Array, b: Uint8Array): number => {
    const at = a.findIndex((byte, i) => byte !== b[i]);
    return at < 0 ? -1 : a[at] - (b[at] ?? -1);
  };
  // The heap begins with the empty name, which stands left of all others.
  let heapLength = 8;
  const entries = names
    .map((name) => ({ name, bytes: utf8.encode(name) }))
    .sort((a, b) => compare(a.bytes, b.bytes))
    .map(({ name, bytes }) => {
      const offset = heapLength;
      heapLength += aligned(bytes.length + 1);
      return { name, bytes, offset };
    });
  const tables = Array.from({ length: Math.max(1, Math.ceil(entries.length / (2 * LEAF_K))) }, (_, i) =>
    entries.slice(i * 2 * LEAF_K, (i + 1) * 2 * LEAF_K),
  );
  const heap = TREE_BYTES;
  const firstTable = heap + HEAP_BYTES + heapLength;
  const length = firstTable + tables.length * TABLE_BYTES;
  const write = (address: number, children: ReadonlyMap<string, number>): Uint8Array => {
    const writer = new ByteWriter(length)
      .text('TREE')
      .integers(1, 0, 0)
      .integers(2, entries.length === 0 ? 0 : tables.length);
    writer.integers(8, undefined, undefined, 0);
    tables.forEach((table, i) => {
      writer.integers(8, address + firstTable + i * TABLE_BYTES, table.at(-1)?.offset ?? 0);
    });
    writer.position = heap;
    // One is the mark for a heap without free room.
    writer
      .text('HEAP')
      .integers(4, 0)
      .integers(8, heapLength, 1, address + heap + HEAP_BYTES);
    for (const { bytes, offset } of entries) {
      writer.position = heap + HEAP_BYTES + offset;
      writer.put(bytes);
    }
    tables.forEach((table, i) => {
      writer.position = firstTable + i * TABLE_BYTES;
      writer.text('SNOD').integers(1, 1, 0).integers(2, table.length);
      for (const { name, offset } of table) writer.integers(8, offset, children.get(name), 0, 0, 0);
    });
    return writer.bytes;
  };
  return { length, heap, write };
}
