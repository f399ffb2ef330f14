import { CheckpointError } from '../errors.js';
import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import { expectSignature, type Hdf5Bytes } from './hdf5-bytes.js';
import { MESSAGE, type Message } from './object-header.js';

/** An object in a group. */
export interface Link {
  readonly name: string;
  /** address of its header */
  readonly address: number;
}

/** Kind of a link to an object in the same file. */
const HARD = 0;

const utf8 = new TextDecoder();

/** The names of a group, one after the other with zeros between. */
async function readNames(bytes: Hdf5Bytes, heap: number): Promise<Uint8Array> {
  const cursor = await bytes.cursor(heap, 8 + bytes.bytesOf(1, 2));
  expectSignature(cursor, 'HEAP');
  cursor.take(4);
  const length = bytes.length(cursor);
  bytes.length(cursor);
  const segment = await bytes.cursor(bytes.someAddress(cursor, 'a heap of names'), length);
  return segment.take(length);
}

function nameAt(names: Uint8Array, offset: number, bytes: Hdf5Bytes): string {
  const end = names.indexOf(0, offset);
  if (offset >= names.length || end < 0)
    throw bytes.fault(`a name is said to lie at ${offset} of ${names.length} bytes`);
  return utf8.decode(names.subarray(offset, end));
}

async function readSymbols(bytes: Hdf5Bytes, address: number, names: Uint8Array): Promise<Link[]> {
  const start = await bytes.cursor(address, 8);
  expectSignature(start, 'SNOD');
  start.take(2);
  const count = start.unsigned(2) ?? 0xffff;
  const cursor = await bytes.cursor(address + 8, count * (bytes.bytesOf(2, 0) + 24));
  const links: Link[] = [];
  for (let i = 0; i < count; i++) {
    const name = nameAt(names, bytes.someAddress(cursor, 'a name'), bytes);
    const target = bytes.address(cursor);
    cursor.take(24);
    // A link to a path has no address.
    if (target !== undefined) links.push({ name, address: target });
  }
  return links;
}

/** Addresses of the symbol tables under a node; `level` falls by one from node to node, which ends the descent. */
async function symbolTables(bytes: Hdf5Bytes, address: number, above: number): Promise<number[]> {
  const start = await bytes.cursor(address, 8 + bytes.bytesOf(2, 0));
  expectSignature(start, 'TREE');
  const kind = start.byte();
  const level = start.byte();
  if (kind !== 0 || level >= above)
    throw bytes.fault(`a node of a group's tree has kind ${kind} and level ${level}`);
  const count = start.unsigned(2) ?? 0xffff;
  const cursor = await bytes.cursor(address + 8 + bytes.bytesOf(2, 0), bytes.bytesOf(count, count));
  const tables: number[] = [];
  for (let i = 0; i < count; i++) {
    bytes.length(cursor);
    const child = bytes.someAddress(cursor, "a node of a group's tree");
    if (level === 0) tables.push(child);
    else tables.push(...(await symbolTables(bytes, child, level)));
  }
  return tables;
}

/** A link as a message of its own: groups since HDF5 1.8, when the writer asks for them. */
function readLink(bytes: Hdf5Bytes, cursor: ByteCursor): Link | undefined {
  const version = cursor.byte();
  if (version !== 1) throw bytes.fault(`a link has version ${version}`);
  const flags = cursor.byte();
  const kind = (flags & 0x08) === 0 ? HARD : cursor.byte();
  if ((flags & 0x04) !== 0) cursor.take(8);
  if ((flags & 0x10) !== 0) cursor.take(1);
  const name = utf8.decode(cursor.take(cursor.unsigned(2 ** (flags & 3)) ?? Infinity));
  return kind === HARD ? { name, address: bytes.someAddress(cursor, `the object ${name}`) } : undefined;
}

/** Whether a group keeps its links in a structure of its own, as large ones do in files of HDF5's latest format. */
function areElsewhere(bytes: Hdf5Bytes, cursor: ByteCursor): boolean {
  cursor.take(1);
  if ((cursor.byte() & 1) !== 0) cursor.take(8);
  return bytes.address(cursor) !== undefined;
}

/**
 * The objects of a group, without links to other paths and other files, which are never followed.
 * @returns undefined where the messages are not a group's
 * @throws CheckpointError `header-invalid`, `offsets-outside-file`; `not-supported` for large groups of the latest format
 */
export async function readLinks(bytes: Hdf5Bytes, messages: readonly Message[]): Promise<Link[] | undefined> {
  const table = messages.find(({ type }) => type === MESSAGE.symbolTable);
  if (table !== undefined) {
    const tree = bytes.someAddress(table.body, "a group's tree");
    const names = await readNames(bytes, bytes.someAddress(table.body, "a group's heap of names"));
    const links: Link[] = [];
    for (const address of await symbolTables(bytes, tree, 256))
      links.push(...(await readSymbols(bytes, address, names)));
    return links;
  }
  const information = messages.find(({ type }) => type === MESSAGE.linkInfo);
  if (information === undefined) return undefined;
  if (areElsewhere(bytes, information.body)) {
    const file = bytes.file.path;
    const message = `${file}: a group with many objects in HDF5's latest format, which this reader does not know. Rewrite the file: h5repack --high=0 OLD NEW, or save it without libver='latest'.`;
    throw new CheckpointError('not-supported', message, { file });
  }
  return messages
    .filter(({ type }) => type === MESSAGE.link)
    .map(({ body }) => readLink(bytes, body))
    .filter((link) => link !== undefined);
}
