import { TokenizerError } from '../errors.js';

/** A part of a file that ends where a line (or a word) ends. */
export interface FileChunk {
  /** The bytes, in an `ArrayBuffer` of their own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Where they begin in the text, in bytes. */
  readonly offset: number;
}

/** Where a chunk may end: after a line feed, or after any of tab, line feed, carriage return and space. */
export type ChunkEnd = 'line' | 'white-space';

/** The longest text that V8 can hold as a string is twice as long, in UTF-16 code units. */
const LONGEST = 2 ** 28;

/**
 * Puts pieces together so that no line (or word) is cut; each chunk holds about one piece, or one line that is longer.
 * A byte order mark at the very beginning is left out.
 * @throws TokenizerError `line-too-long` for more than 256 MiB without an end
 */
export async function* cutChunks(
  path: string,
  pieces: AsyncIterable<Uint8Array>,
  end: ChunkEnd,
): AsyncGenerator<FileChunk, void> {
  let offset = 0;
  let waiting: Uint8Array[] = [];
  let waitingLength = 0;
  let begun = false;
  const take = (last: Uint8Array): FileChunk => {
    const bytes = new Uint8Array(waitingLength + last.length);
    let place = 0;
    for (const piece of [...waiting, last]) {
      bytes.set(piece, place);
      place += piece.length;
    }
    const mark = !begun && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    begun = true;
    const chunk = { bytes: mark === 0 ? bytes : bytes.slice(mark), offset: offset + mark };
    offset += bytes.length;
    return chunk;
  };
  for await (const piece of pieces) {
    const cut = endBefore(piece, end);
    if (cut > 0) {
      yield take(piece.subarray(0, cut));
      waiting = [];
      waitingLength = 0;
    }
    if (cut === piece.length) continue;
    waiting.push(piece.subarray(cut));
    waitingLength += piece.length - cut;
    if (waitingLength > LONGEST) {
      throw new TokenizerError(
        'line-too-long',
        `${path}: expected a ${end === 'line' ? 'line' : 'word'} to end within ${LONGEST} bytes, found none of those ` +
          `from byte ${offset} on that does. Is it a text?`,
        { path, offset, limit: LONGEST },
      );
    }
  }
  if (waitingLength > 0) yield take(new Uint8Array(0));
}

/** @returns how many bytes lie before the last place where a chunk may end, 0 when there is none */
function endBefore(piece: Uint8Array, end: ChunkEnd): number {
  if (end === 'line') return piece.lastIndexOf(0x0a) + 1;
  for (let index = piece.length - 1; index >= 0; index -= 1) {
    const byte = piece[index];
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) return index + 1;
  }
  return 0;
}
