import { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import { expectSignature, type Hdf5Bytes } from './hdf5-bytes.js';

/** Kinds of messages that are read; all others are left alone. */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  symbolTable: 0x11,
} as const;

/** The header goes on elsewhere. */
const CONTINUATION = 0x10;

/** What an object's header says of one thing. */
export interface Message {
  readonly type: number;
  /** whether the message lies elsewhere and here is only its place */
  readonly isShared: boolean;
  readonly body: ByteCursor;
}

/** Bytes of a version 2 header up to its first message, at most. */
const LONGEST_PREFIX = 34;

/** How messages begin: their type, size and flags. */
type Prefix = (cursor: ByteCursor) => {
  readonly type: number;
  readonly size: number;
  readonly flags: number;
};

const firstPrefix: Prefix = (cursor) => {
  const prefix = {
    type: cursor.unsigned(2) ?? 0xffff,
    size: cursor.unsigned(2) ?? 0xffff,
    flags: cursor.byte(),
  };
  cursor.take(3);
  return prefix;
};

const secondPrefix =
  (isOrdered: boolean): Prefix =>
  (cursor) => {
    const prefix = { type: cursor.byte(), size: cursor.unsigned(2) ?? 0xffff, flags: cursor.byte() };
    if (isOrdered) cursor.take(2);
    return prefix;
  };

interface Start {
  /** the messages of the first block */
  readonly block: ByteCursor;
  readonly prefix: Prefix;
  readonly prefixBytes: number;
  /** signature and checksum around every further block */
  readonly frame: { readonly signature: string; readonly checksum: number } | undefined;
}

async function readStart(bytes: Hdf5Bytes, address: number): Promise<Start> {
  const room = bytes.file.size - bytes.place(address, 16);
  const start = await bytes.cursor(address, Math.min(LONGEST_PREFIX, room));
  if (start.byte() === 1) {
    start.take(7);
    const length = start.unsigned(4) ?? Infinity;
    const block = await bytes.cursor(address + 16, length);
    return { block, prefix: firstPrefix, prefixBytes: 8, frame: undefined };
  }
  start.position = 0;
  expectSignature(start, 'OHDR');
  const version = start.byte();
  if (version !== 2) throw bytes.fault(`an object header has version ${version}`);
  const flags = start.byte();
  if ((flags & 0x20) !== 0) start.take(16);
  if ((flags & 0x10) !== 0) start.take(4);
  const length = start.unsigned(2 ** (flags & 3)) ?? Infinity;
  const isOrdered = (flags & 0x04) !== 0;
  return {
    block: await bytes.cursor(address + start.position, length),
    prefix: secondPrefix(isOrdered),
    prefixBytes: isOrdered ? 6 : 4,
    frame: { signature: 'OCHK', checksum: 4 },
  };
}

/**
 * All messages of an object's header, in order.
 * @throws CheckpointError `header-invalid`, `offsets-outside-file`
 */
export async function readMessages(bytes: Hdf5Bytes, address: number): Promise<Message[]> {
  const { block: first, prefix, prefixBytes, frame } = await readStart(bytes, address);
  const messages: Message[] = [];
  const blocks = [first];
  for (const block of blocks) {
    while (block.left >= prefixBytes) {
      const { type, size, flags } = prefix(block);
      const body = new ByteCursor(block.take(size), bytes.fault);
      if (type !== CONTINUATION) {
        messages.push({ type, isShared: (flags & 0x02) !== 0, body });
        continue;
      }
      const place = bytes.someAddress(body, 'the continuation of an object header');
      const further = await bytes.cursor(place, bytes.length(body));
      if (frame !== undefined) {
        expectSignature(further, frame.signature);
        blocks.push(new ByteCursor(further.take(further.left - frame.checksum), bytes.fault));
      } else blocks.push(further);
    }
  }
  return messages;
}
