/** Encodes the texts of one chunk; the work that threads do. */
import { decodeLines } from '#corpus';

import { truncate } from '../encoding/truncation.js';
import { TokenizerError } from '../errors.js';
import { makeTextTokenizer } from '../fast/make-text-tokenizer.js';
import { IdList } from '../tokens/id-list.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import { Vocabulary } from '../wordpiece/vocabulary.js';
import type { ChunkResult, TextChunk, WorkerSetup } from './encoded-chunk.js';

/** The path from text to tokens that a setup describes. */
export function textTokenizerOf({
  vocabulary,
  settings,
  unknownId,
  addedTokens,
}: WorkerSetup): TextTokenizer {
  const pieces = new Vocabulary(vocabulary, settings.continuingSubwordPrefix);
  return makeTextTokenizer(pieces, unknownId, settings, addedTokens);
}

/** @returns a function that encodes chunks; it throws only what is no `TokenizerError` */
export function chunkEncoder(
  setup: WorkerSetup,
  path = textTokenizerOf(setup),
): (chunk: TextChunk) => ChunkResult {
  const rows = new RowList(setup, path);
  return (chunk) => {
    const texts = chunk.kind === 'texts' ? slices(chunk.text, chunk.lengths) : decodeLines(chunk.bytes);
    if (texts === undefined) return { kind: 'not-utf-8', bytes: bytesOf(chunk) };
    rows.clear();
    try {
      for (const text of texts) rows.add(text);
    } catch (error) {
      if (!(error instanceof TokenizerError)) throw error;
      const { code, message, details } = error;
      return { kind: 'failed', text: rows.texts, code, message, details };
    }
    return rows.copy();
  };
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

/** Rows of ids, written where they stay. The lists are used again for every chunk: what is sent away is all that is new. */
class RowList {
  texts = 0;
  readonly #setup: WorkerSetup;
  readonly #path: TextTokenizer;
  readonly #ids = new IdList();
  readonly #starts = new IdList();
  readonly #samples = new IdList();

  constructor(setup: WorkerSetup, path: TextTokenizer) {
    this.#setup = setup;
    this.#path = path;
  }

  clear(): void {
    this.texts = 0;
    this.#ids.clear();
    this.#starts.clear();
    this.#samples.clear();
    this.#starts.push(0);
  }

  /** Appends one row, or one and its windows. */
  add(text: string): void {
    const { frame, limit, overflowing } = this.#setup;
    const ids = this.#ids;
    const start = ids.count;
    if (frame !== undefined) ids.push(frame.cls);
    const first = ids.count;
    this.#path.appendIds(text, first + limit.needed, ids);
    const length = ids.count - first;
    if (limit.settings === undefined || length <= limit.settings.maxTokens) {
      this.#end();
    } else {
      const [windows] = truncate(length, undefined, limit.settings);
      const tokens = ids.ids.slice(first, ids.count);
      ids.count = start;
      for (const { from, to } of overflowing ? windows : windows.slice(0, 1)) {
        if (frame !== undefined) ids.push(frame.cls);
        for (let index = from; index < to; index += 1) ids.push(tokens[index]);
        this.#end();
      }
    }
    this.texts += 1;
  }

  #end(): void {
    const { frame } = this.#setup;
    if (frame !== undefined) this.#ids.push(frame.sep);
    this.#starts.push(this.#ids.count);
    this.#samples.push(this.texts);
  }

  copy(): ChunkResult {
    const copyOf = ({ ids, count }: IdList): Int32Array<ArrayBuffer> => ids.slice(0, count);
    return {
      kind: 'rows',
      texts: this.texts,
      inputIds: copyOf(this.#ids),
      rowStarts: copyOf(this.#starts),
      overflowToSample: copyOf(this.#samples),
    };
  }
}
