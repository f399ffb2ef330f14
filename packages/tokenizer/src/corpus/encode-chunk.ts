/** Encodes the texts of one chunk; the work that threads do. */
import { decodeLines } from '#corpus';

import type { Encoding } from '../encoding/encoding.js';
import { TokenizerError } from '../errors.js';
import type { BertTokenizer } from '../tokenizer.js';
import type { ChunkResult, CorpusEncodeOptions, TextChunk } from './encoded-chunk.js';

/** Texts encoded in one call: options are looked at once for all of them. */
const GROUP = 256;
const FIRST_ROOM = 2 ** 16;
const ROOM_KEPT = 2 ** 20;

/** @returns a function that encodes chunks; it throws only what is no `TokenizerError` */
export function chunkEncoder(
  tokenizer: BertTokenizer,
  options: CorpusEncodeOptions,
): (chunk: TextChunk) => ChunkResult {
  const rows = new RowList();
  // A tokenizer may pad where a call says nothing; rows of a corpus are as long as they are.
  const ragged = { ...options, padding: false };
  return (chunk) => {
    const texts = chunk.kind === 'texts' ? slices(chunk.text, chunk.lengths) : decodeLines(chunk.bytes);
    if (texts === undefined) return { kind: 'not-utf-8', bytes: bytesOf(chunk) };
    rows.clear();
    const group: string[] = [];
    try {
      for (const text of texts) {
        group.push(text);
        if (group.length < GROUP) continue;
        rows.addAll(tokenizer.encodeAll(group, ragged));
        group.length = 0;
      }
      rows.addAll(tokenizer.encodeAll(group, ragged));
    } catch (error) {
      if (!(error instanceof TokenizerError)) throw error;
      return failed(firstFailing(group, (text) => tokenizer.encodeAll([text], ragged)) + rows.texts, error);
    }
    return rows.copy();
  };
}

function failed(text: number, { code, message, details }: TokenizerError): ChunkResult {
  return { kind: 'failed', text, code, message, details };
}

/** Place of the text that makes a call with all of a group fail: one after the other, to see at which it does. */
function firstFailing(group: readonly string[], encode: (text: string) => unknown): number {
  return Math.max(
    0,
    group.findIndex((text) => {
      try {
        encode(text);
        return false;
      } catch {
        return true;
      }
    }),
  );
}

function bytesOf(chunk: TextChunk): Uint8Array<ArrayBuffer> {
  return chunk.kind === 'lines' ? chunk.bytes : new Uint8Array();
}

function* slices(text: string, lengths: Int32Array): Generator<string, void> {
  let from = 0;
  for (const length of lengths) {
    yield text.slice(from, from + length);
    from += length;
  }
}

/** Rows of ids. The list is used again for every chunk, so that what is sent away is all that is allocated. */
class RowList {
  texts = 0;
  #ids = new Int32Array(FIRST_ROOM);
  #length = 0;
  #starts: number[] = [];
  #samples: number[] = [];

  clear(): void {
    this.texts = 0;
    this.#length = 0;
    this.#starts = [0];
    this.#samples = [];
    // Room for an unusually long text is not kept.
    if (this.#ids.length > ROOM_KEPT) this.#ids = new Int32Array(FIRST_ROOM);
  }

  /** Appends one row, or one and its windows, for each text. */
  addAll(encodings: readonly Encoding[]): void {
    for (const { inputIds, overflowing } of encodings) {
      this.#push(inputIds);
      for (const window of overflowing) this.#push(window.inputIds);
      this.texts += 1;
    }
  }

  #push(ids: Int32Array): void {
    const length = this.#length + ids.length;
    if (length > this.#ids.length) {
      const larger = new Int32Array(2 * length);
      larger.set(this.#ids.subarray(0, this.#length));
      this.#ids = larger;
    }
    this.#ids.set(ids, this.#length);
    this.#length = length;
    this.#starts.push(length);
    this.#samples.push(this.texts);
  }

  copy(): ChunkResult {
    return {
      kind: 'rows',
      texts: this.texts,
      inputIds: this.#ids.slice(0, this.#length),
      rowStarts: Int32Array.from(this.#starts),
      overflowToSample: Int32Array.from(this.#samples),
    };
  }
}
