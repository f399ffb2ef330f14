import { crc32c, masked } from './crc32c.js';

/** Entries between two places where a key stands in full. */
const RESTART_INTERVAL = 16;

/** Last bytes of every table: little-endian 0xdb4775248b80fb57. */
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);

const FOOTER_BYTES = 48;

/** Where a block lies, its trailer not counted. */
interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/** A whole number in groups of seven bits, the lowest first. */
export function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

const fixed32 = (value: number): number[] => [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);

/** A block of sorted entries, keys written as what they do not share with the one before. */
function block(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): Uint8Array {
  const bytes: number[] = [];
  const restarts: number[] = [];
  let before = new Uint8Array();
  for (const [at, [key, value]] of entries.entries()) {
    let shared = 0;
    if (at % RESTART_INTERVAL === 0) restarts.push(bytes.length);
    else while (shared < before.length && before[shared] === key[shared]) shared += 1;
    bytes.push(...varint(shared), ...varint(key.length - shared), ...varint(value.length));
    bytes.push(...key.subarray(shared), ...value);
    before = Uint8Array.from(key);
  }
  if (restarts.length === 0) restarts.push(0);
  for (const restart of restarts) bytes.push(...fixed32(restart));
  bytes.push(...fixed32(restarts.length));
  return Uint8Array.from(bytes);
}

/** What follows a block: 0 for not compressed, and the checksum of both. */
function trailer(content: Uint8Array): Uint8Array {
  const type = Uint8Array.of(0);
  return Uint8Array.from([0, ...fixed32(masked(crc32c(type, crc32c(content))))]);
}

/** A short key that is above this one, as the index of blocks has it: its first byte, one higher. */
function successor(key: Uint8Array): Uint8Array {
  const at = key.findIndex((byte) => byte < 0xff);
  return at < 0 ? key : Uint8Array.from([...key.subarray(0, at), key[at] + 1]);
}

/**
 * A table of TensorFlow (that of LevelDB) with one block of entries. An index of a BERT has a few hundred of some forty
 * bytes each, so one block is what TensorFlow makes of it too.
 * @param entries with keys in ascending order of their bytes
 * @see https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
export function tableBytes(entries: readonly (readonly [key: Uint8Array, value: Uint8Array])[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const append = (content: Uint8Array): BlockHandle => {
    const handle = { offset, size: content.length };
    for (const part of [content, trailer(content)]) {
      parts.push(part);
      offset += part.length;
    }
    return handle;
  };
  const handleBytes = (handle: BlockHandle): Uint8Array =>
    Uint8Array.from([...varint(handle.offset), ...varint(handle.size)]);
  const data = append(block(entries));
  const metaindex = append(block([]));
  const index = append(block([[successor(entries.at(-1)?.[0] ?? new Uint8Array()), handleBytes(data)]]));
  const footer = new Uint8Array(FOOTER_BYTES);
  footer.set([...handleBytes(metaindex), ...handleBytes(index)]);
  footer.set(MAGIC, FOOTER_BYTES - MAGIC.length);
  const table = new Uint8Array(offset + FOOTER_BYTES);
  let at = 0;
  for (const part of [...parts, footer]) {
    table.set(part, at);
    at += part.length;
  }
  return table;
}
