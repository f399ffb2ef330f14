/** Reads files piece by piece, gzipped ones too. */
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

import { TokenizerError } from '../errors.js';
import type { ByteSource } from './byte-source.js';

/** What gzip begins with. */
const MAGIC = [0x1f, 0x8b];

/**
 * @returns size on disk in bytes, `undefined` where that is not known, as for a pipe
 * @throws TokenizerError `file-missing`, `bad-file`
 */
export async function textSize(path: string): Promise<number | undefined> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) throw folderError(path);
    return found.isFile() ? found.size : undefined;
  } catch (cause) {
    throw readError(path, cause);
  }
}

/**
 * Opens a text file. It is taken for gzipped when its first bytes are gzip's, which no UTF-8 begins with.
 * @param pieceSize bytes of a piece
 * @throws TokenizerError `file-missing`, `bad-file`; the iteration throws `bad-file`
 */
export async function openBytes(path: string, pieceSize: number): Promise<ByteSource> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    if ((await file.stat()).isDirectory()) throw folderError(path);
    const reader = new Reader(path, file, pieceSize);
    const first = await reader.next(MAGIC.length);
    const zipped = MAGIC.every((byte, index) => first[index] === byte);
    return {
      readBytes: () => reader.read,
      bytes: zipped ? gunzip(path, reader, first, pieceSize) : plain(reader, first),
    };
  } catch (cause) {
    await file?.close();
    throw readError(path, cause);
  }
}

/** Reads on from where the file stands, so that pipes can be read too. */
class Reader {
  read = 0;

  constructor(
    readonly path: string,
    readonly file: FileHandle,
    readonly pieceSize: number,
  ) {}

  /** @returns the next piece, of `least` bytes or more; fewer, or none, at the end */
  async next(least = 1): Promise<Uint8Array> {
    const piece = new Uint8Array(Math.max(least, this.pieceSize));
    let length = 0;
    try {
      while (length < least) {
        const { bytesRead } = await this.file.read(piece, length, piece.length - length, null);
        if (bytesRead === 0) break;
        length += bytesRead;
      }
    } catch (cause) {
      throw readError(this.path, cause);
    }
    this.read += length;
    return piece.subarray(0, length);
  }
}

async function* plain(reader: Reader, first: Uint8Array): AsyncGenerator<Uint8Array, void> {
  try {
    for (let piece = first; piece.length > 0; piece = await reader.next()) yield piece;
  } finally {
    await reader.file.close();
  }
}

async function* gunzip(
  path: string,
  reader: Reader,
  first: Uint8Array,
  pieceSize: number,
): AsyncGenerator<Uint8Array, void> {
  const unzip = createGunzip({ chunkSize: Math.max(pieceSize, 1024) });
  // Its failure reaches us through `unzip`, which the pipeline destroys with the error.
  const done = pipeline(plain(reader, first), unzip).catch(() => undefined);
  try {
    for await (const piece of unzip) yield Uint8Array.from(piece as Uint8Array);
  } catch (cause) {
    throw cause instanceof TokenizerError
      ? cause
      : new TokenizerError(
          'bad-file',
          `${path}: expected a gzipped text, found a damaged one (${String(cause)}).`,
          { path },
          { cause },
        );
  } finally {
    unzip.destroy();
    await done;
  }
}

function folderError(path: string): TokenizerError {
  return new TokenizerError('bad-file', `${path}: expected a text file, found a folder.`, { path });
}

function readError(path: string, cause: unknown): TokenizerError {
  if (cause instanceof TokenizerError) return cause;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR'
    ? new TokenizerError(
        'file-missing',
        `${path}: expected a text file, found nothing there.`,
        { path },
        { cause },
      )
    : new TokenizerError('bad-file', `${path}: cannot be read (${String(cause)}).`, { path }, { cause });
}
