import { inflateSync } from 'node:zlib';

import type { Document, SourceFile } from '../source.js';
import { unwrap } from './paragraphs.js';

/** Header of a character vector in R's serialization (XDR): type 16, without attributes. */
const STRINGS = Buffer.from([0, 0, 0, 16]);

/** Strings of the character vector at an offset; none when what is there is not one. */
function readStrings(data: Buffer, offset: number): string[] {
  const count = data.readUInt32BE(offset);
  const strings: string[] = [];
  let at = offset + 4;
  for (let i = 0; i < count; i++) {
    // Flags of a CHARSXP: type 9 in the lowest byte, the encoding above it.
    if (at + 8 > data.length || data[at + 3] !== 9) return [];
    const length = data.readInt32BE(at + 4);
    at += 8;
    if (length < 0) continue;
    if (at + length > data.length) return [];
    strings.push(data.toString('utf8', at, at + length));
    at += length;
  }
  return strings;
}

/**
 * Books in the data of an R package (`Rdata.rdb`: zlib streams, each after its length): every long vector of strings is a
 * text by lines. One document a chapter.
 */
export function* rData({ bytes }: SourceFile): Iterable<Document> {
  for (let at = 0; at + 4 < bytes.length;) {
    const stream = bytes.subarray(at + 4);
    const { buffer, engine } = inflateSync(stream, { info: true }) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    at += 4 + engine.bytesWritten;
    for (let from = buffer.indexOf(STRINGS); from >= 0 && from + 8 < buffer.length;) {
      const lines = readStrings(buffer, from + 4);
      if (lines.length > 1000) {
        for (const chapter of lines.join('\n').split(/^(?=chapter\b)/im)) yield unwrap(chapter);
        break;
      }
      from = buffer.indexOf(STRINGS, from + 4);
    }
  }
}
