import { crc32c, masked as mask } from '../src/tensor-bundle/crc32c.js';

/** Tables and messages of TensorFlow's checkpoints, right or wrong, for tests. */

function bytesOf(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return [...bytes, Number(rest)];
}

const fixed32 = (value: number): number[] => [...new Uint8Array(Uint32Array.of(value).buffer)];

/** One field of a message: bytes, a varint, or, with wire type 5, four bytes. */
export function field(number: number, value: Uint8Array | number, wire = 0): Uint8Array {
  if (typeof value !== 'number') return bytesOf(varint(8 * number + 2), varint(value.length), value);
  return bytesOf(varint(8 * number + wire), wire === 5 ? fixed32(value) : varint(value));
}

/** A message of fields. */
export const message = (...fields: readonly Uint8Array[]): Uint8Array => bytesOf(...fields);

/** A name as a key: one character for each byte. */
export const text = (name: string): string => String.fromCharCode(...new TextEncoder().encode(name));

/** Checksum as an entry has it. */
export const masked = (data: Uint8Array): number => mask(crc32c(data));

function block(entries: readonly (readonly [string, Uint8Array])[]): Uint8Array {
  let last = '';
  const parts = entries.map(([key, value]) => {
    let shared = 0;
    while (shared < Math.min(key.length, last.length) && key[shared] === last[shared]) shared++;
    last = key;
    const others = Uint8Array.from(key.slice(shared), (character) => character.charCodeAt(0));
    return bytesOf(varint(shared), varint(others.length), varint(value.length), others, value);
  });
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const result = new Uint8Array(length + 8);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  result.set(fixed32(1), length + 4);
  return result;
}

/**
 * A table with these entries in each block, keys as they come.
 * @param options.change what becomes of a block before its checksum is taken
 */
export function table(
  blocks: readonly (readonly (readonly [string, Uint8Array])[])[],
  { compression = 0, change = (block: Uint8Array): Uint8Array => block } = {},
): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  const add = (original: Uint8Array): Uint8Array => {
    const content = change(original);
    const typed = new Uint8Array(content.length + 1);
    typed.set(content);
    typed[content.length] = compression;
    parts.push(typed, Uint8Array.from(fixed32(masked(typed))));
    const handle = bytesOf(varint(at), varint(content.length));
    at += content.length + 5;
    return handle;
  };
  const handles = blocks.map((entries): [string, Uint8Array] => [
    entries.at(-1)?.[0] ?? '',
    add(block(entries)),
  ]);
  const footer = new Uint8Array(48);
  footer.set(bytesOf(add(block([])), add(block(handles))));
  new DataView(footer.buffer).setBigUint64(40, 0xdb4775248b80fb57n, true);
  const result = new Uint8Array(at + 48);
  let end = 0;
  for (const part of [...parts, footer]) {
    result.set(part, end);
    end += part.length;
  }
  return result;
}
