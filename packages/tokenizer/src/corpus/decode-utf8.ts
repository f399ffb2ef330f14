import { TokenizerError } from '../errors.js';

/** Where a run of bytes comes from, for the message. */
export interface BytesPlace {
  readonly path: string;
  /** Of its first byte in the text, from 0. */
  readonly offset: number;
  /** Of its first byte, from 1. */
  readonly line: number;
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** @returns the text, `undefined` when the bytes are not UTF-8 */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The error for bytes that `decodeUtf8` refused. */
export function notUtf8Error(bytes: Uint8Array, { path, offset, line }: BytesPlace): TokenizerError {
  const index = firstInvalid(bytes);
  const found = [...bytes.subarray(index, index + 4)].map(
    (byte) => `0x${byte.toString(16).padStart(2, '0')}`,
  );
  const at = { path, offset: offset + index, line: line + countLines(bytes.subarray(0, index)) };
  const utf16 = at.offset === 0 && (bytes[0] === 0xff || bytes[0] === 0xfe);
  return new TokenizerError(
    'not-utf-8',
    `${path}: expected UTF-8, found ${found.join(' ')} at byte ${at.offset}, in line ${at.line}. ` +
      (utf16 ? 'It looks like UTF-16; convert it' : 'If it is a text, convert it') +
      ', for instance with `iconv -t UTF-8`.',
    at,
  );
}

/** Line feeds among some bytes. */
export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at !== -1; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

/** Index of the first byte that no valid character covers. Unicode, table 3-7. */
function firstInvalid(bytes: Uint8Array): number {
  for (let index = 0; index < bytes.length;) {
    const length = characterLength(bytes, index);
    if (length === 0) return index;
    index += length;
  }
  return bytes.length;
}

function characterLength(bytes: Uint8Array, index: number): number {
  const lead = bytes[index];
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  for (let place = 1; place < length; place += 1) {
    let from = 0x80;
    let to = 0xbf;
    if (place === 1) {
      if (lead === 0xe0) from = 0xa0;
      if (lead === 0xed) to = 0x9f;
      if (lead === 0xf0) from = 0x90;
      if (lead === 0xf4) to = 0x8f;
    }
    const byte = bytes[index + place];
    if (byte === undefined || byte < from || byte > to) return 0;
  }
  return length;
}
