import { Buffer, isUtf8 } from 'node:buffer';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * The lines of some bytes. A line ends with a line feed, before which a carriage return may stand; neither is part of
 * it. Each is decoded by itself: a string of its own is gone through faster than a slice of a long one.
 * @returns `undefined` when the bytes are not UTF-8
 */
export function decodeLines(bytes: Uint8Array): readonly string[] | undefined {
  if (!isUtf8(bytes)) return undefined;
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const lines: string[] = [];
  for (let from = 0; from < buffer.length;) {
    const found = buffer.indexOf(LINE_FEED, from);
    const end = found === -1 ? buffer.length : found;
    const to = found > from && buffer[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
    lines.push(buffer.toString('utf8', from, to));
    from = end + 1;
  }
  return lines;
}
