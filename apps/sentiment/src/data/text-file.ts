import { readFile } from 'node:fs/promises';
import { TextDecoder } from 'node:util';

import { AppError } from '../errors.js';

/** Reads a file or says why not, in the words of the person who named it. */
async function readBytes(file: string, named: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error;
    throw new AppError('missing-file', {
      where: named,
      expected: 'a file',
      found: code === 'EISDIR' ? `the directory ${file}` : `nothing at ${file}`,
      remedy: 'Check the path; a relative one starts at the folder you stand in.',
      cause: error,
    });
  }
}

/**
 * Position of the first byte that breaks UTF-8.
 * Up to there the bytes and their decoded text have the same length, so every U+FFFD in the text is either the
 * three bytes of that character itself or the place.
 */
function firstInvalidByte(bytes: Buffer): { readonly offset: number; readonly line: number } | undefined {
  const text = bytes.toString('utf8');
  let offset = 0;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\uFFFD', from);
    if (at < 0) return undefined;
    offset += Buffer.byteLength(text.slice(from, at));
    if (!bytes.subarray(offset, offset + 3).equals(replacement)) {
      return { offset, line: text.slice(0, at).split('\n').length };
    }
    offset += 3;
    from = at + 1;
  }
}

const replacement = Buffer.from('\uFFFD');

/**
 * Text of a UTF-8 file without its byte order mark.
 * @param named how messages name the file: `--train reviews.csv`
 * @throws AppError `missing-file`, `empty-file`, `not-utf8`
 */
export async function readTextFile(file: string, named: string): Promise<string> {
  const bytes = await readBytes(file, named);
  if (bytes.length === 0) {
    throw new AppError('empty-file', {
      where: named,
      expected: 'text',
      found: 'a file of 0 bytes',
      remedy: 'Was it written to the end?',
    });
  }
  return decodeUtf8(bytes, named);
}

/**
 * Text of UTF-8 bytes without byte order mark.
 * @param named how messages name where they come from
 * @throws AppError `not-utf8` with the offset and line of the first wrong byte
 */
export function decodeUtf8(bytes: Buffer, named: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const place = firstInvalidByte(bytes);
    const wide = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
    const encoding = wide ? 'UTF-16' : 'WINDOWS-1252';
    const value = bytes[place?.offset ?? 0]?.toString(16).toUpperCase().padStart(2, '0');
    throw new AppError('not-utf8', {
      where: `${named}, line ${place?.line ?? 1}`,
      expected: 'UTF-8',
      found: `the byte 0x${value} at offset ${place?.offset ?? 0}${wide ? ' (the mark of UTF-16)' : ''}`,
      remedy: `Save it as UTF-8, for example: iconv -f ${encoding} -t UTF-8 IN > OUT.`,
      cause: error,
    });
  }
}
