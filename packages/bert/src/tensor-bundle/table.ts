import { CheckpointError } from '../errors.js';
import { ByteCursor, type Fault } from './byte-cursor.js';
import { crc32c, masked } from './crc32c.js';

/** Two handles, padded to 40 bytes, and the magic number. */
const FOOTER = 48;
const MAGIC = 0xdb4775248b80fb57n;

/** After each block: one byte that says how it is compressed, four of a checksum. */
const TRAILER = 5;

/** Names that share beginnings are stored briefly; what they expand to may be this much more than the file. */
const LARGEST_EXPANSION = 64;

interface Handle {
  readonly offset: number;
  readonly size: number;
}

const handle = (cursor: ByteCursor): Handle => ({ offset: cursor.varint(), size: cursor.varint() });

/** Bytes as a string of as many characters, which sorts and compares as they do. */
const toKey = (bytes: Uint8Array): string => {
  let key = '';
  for (const byte of bytes) key += String.fromCharCode(byte);
  return key;
};

/**
 * All entries of a sorted string table of LevelDB's format, as TensorFlow writes the index of a checkpoint: blocks of
 * entries with prefix compression, a block with the places of those, and a footer. Every block's checksum is verified,
 * and that keys ascend.
 * @param bytes the whole file
 * @param file for messages
 * @returns value by key; a key has one character (0 to 255) for each of its bytes
 * @throws CheckpointError `truncated`, `index-invalid`, `checksum-mismatch`
 * @see https://github.com/google/leveldb/blob/main/doc/table_format.md
 */
export function readTable(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  const fault: Fault = (found) =>
    new CheckpointError('index-invalid', `${file}: the table of tensors cannot be read: ${found}.`, { file });
  if (bytes.length < FOOTER) {
    const message = `${file}: expected the index of a TensorFlow checkpoint, which ends in ${FOOTER} bytes of footer, found ${bytes.length} bytes in all. It is cut off: fetch it again.`;
    throw new CheckpointError('truncated', message, { file });
  }
  const footer = bytes.subarray(bytes.length - FOOTER);
  const magic = new DataView(footer.buffer, footer.byteOffset).getBigUint64(FOOTER - 8, true);
  if (magic !== MAGIC) {
    const found = `it ends in 0x${magic.toString(16)}, not in the number 0x${MAGIC.toString(16)} of the format. Either it is no index of a TensorFlow checkpoint or it is cut off: fetch it again`;
    throw fault(found);
  }
  const end = bytes.length - FOOTER;
  const block = ({ offset, size }: Handle): Uint8Array => {
    if (!(offset >= 0 && size >= 0 && offset + size + TRAILER <= end)) {
      throw fault(`a block of ${size} bytes at byte ${offset} does not lie in the file's ${end}`);
    }
    const content = bytes.subarray(offset, offset + size + 1);
    const stored = new ByteCursor(
      bytes.subarray(offset + size + 1, offset + size + TRAILER),
      fault,
    ).fixed32();
    if (masked(crc32c(content)) !== stored) {
      const message = `${file}: the checksum of the block at byte ${offset} is wrong. The file is damaged: fetch it again.`;
      throw new CheckpointError('checksum-mismatch', message, { file });
    }
    if (content[size] !== 0) {
      throw fault(
        `the block at byte ${offset} is compressed (type ${content[size]}), which TensorFlow does not do`,
      );
    }
    return content.subarray(0, size);
  };

  const footerCursor = new ByteCursor(footer, fault);
  block(handle(footerCursor)); // the meta index, which is empty
  const entries = new Map<string, Uint8Array>();
  const budget = { left: LARGEST_EXPANSION * bytes.length };
  let place = 0;
  let last: string | undefined;
  for (const [, value] of blockEntries(block(handle(footerCursor)), budget, fault)) {
    const data = handle(new ByteCursor(value, fault));
    if (data.offset < place) throw fault(`the block at byte ${data.offset} lies before the end of another`);
    place = data.offset + data.size;
    for (const [key, content] of blockEntries(block(data), budget, fault)) {
      if (last !== undefined && key <= last) throw fault(`key ${JSON.stringify(key)} does not ascend`);
      last = key;
      entries.set(key, content);
    }
  }
  return entries;
}

/** Entries of one block: bytes shared with the key before, the other bytes of the key, the value. */
function* blockEntries(
  block: Uint8Array,
  budget: { left: number },
  fault: Fault,
): Generator<readonly [key: string, value: Uint8Array], void, undefined> {
  // At the end are the places of keys that are stored whole, for a binary search, and their number.
  const restarts = block.length < 4 ? 0 : new ByteCursor(block.subarray(block.length - 4), fault).fixed32();
  const length = block.length - 4 * (restarts + 1);
  if (block.length < 4 || length < 0)
    throw fault(`a block of ${block.length} bytes with ${restarts} restart points`);
  const cursor = new ByteCursor(block.subarray(0, length), fault);
  let key = '';
  while (!cursor.done) {
    const shared = cursor.varint();
    const others = cursor.varint();
    const size = cursor.varint();
    if (!(shared >= 0 && shared <= key.length)) {
      throw fault(`${shared} bytes are said to be shared with a key of ${key.length}`);
    }
    key = key.slice(0, shared) + toKey(cursor.take(others));
    budget.left -= key.length;
    if (budget.left < 0) throw fault(`its keys are ${LARGEST_EXPANSION} times as long as itself`);
    yield [key, cursor.take(size)];
  }
}
