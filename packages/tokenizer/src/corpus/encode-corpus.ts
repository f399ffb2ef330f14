/** Corpora of any length -> token ids, on threads, in order, a bounded part at a time. */
import { defaultWorkers, openBytes, startWorker } from '#corpus';

import { TokenizerError } from '../errors.js';
import type { BertTokenizer } from '../tokenizer.js';
import { inlineWorker } from './chunk-worker.js';
import { corpusBatch } from './corpus-batch.js';
import type { CorpusBatch } from './corpus-batch.js';
import { resolveCorpusOptions } from './corpus-options.js';
import type { CorpusOptions, CorpusSettings } from './corpus-options.js';
import { cutChunks } from './cut-chunks.js';
import type { FileChunk } from './cut-chunks.js';
import { notUtf8Error } from './decode-utf8.js';
import { chunkEncoder, textTokenizerOf } from './encode-chunk.js';
import type { ChunkFailure, TextChunk, WorkerSetup } from './encoded-chunk.js';
import { inOrder } from './in-order.js';
import type { TextTokenizer } from '../tokens/text-tokenizer.js';
import { Stop } from './stop.js';
import { checkTexts, textChunks } from './text-chunks.js';

/**
 * Encodes texts, one row each, on threads. Batches come in the order of the texts; texts are taken only as fast as
 * batches are, and at most four chunks per thread are under way. Breaking off ends the threads.
 * @param texts from anywhere; a text may hold anything
 * @returns batches, to be gone through once
 * @throws TokenizerError at once `bad-option`, `bad-text`, `stride-too-large`; while iterating `bad-text`, `aborted`,
 * `worker-failed`, and whatever `texts` throws
 */
export function encodeCorpus(
  tokenizer: BertTokenizer,
  texts: Iterable<string> | AsyncIterable<string>,
  options: CorpusOptions = {},
): AsyncGenerator<CorpusBatch, void> {
  const settings = resolveCorpusOptions(tokenizer, options, defaultWorkers());
  checkTexts(texts);
  return batches(tokenizer, settings, {
    path: undefined,
    chunks: textChunks(texts, settings.chunkSize),
    toSend: (chunk) => chunk,
    offsetOf: () => 0,
  });
}

/**
 * Encodes the lines of a text file in UTF-8, plain or gzipped, one row each, on threads; otherwise as `encodeCorpus`.
 * A line ends with `\n` or `\r\n`; the last one may lack it. Empty lines are texts too, so that rows and lines agree.
 * @throws TokenizerError at once `bad-option`, `stride-too-large`; while iterating `file-missing`, `bad-file`,
 * `not-utf-8`, `line-too-long`, `aborted`, `worker-failed`
 */
export function encodeFile(
  tokenizer: BertTokenizer,
  path: string,
  options: CorpusOptions = {},
): AsyncGenerator<CorpusBatch, void> {
  const settings = resolveCorpusOptions(tokenizer, options, defaultWorkers());
  return batches(tokenizer, settings, {
    path,
    chunks: fileChunks(path, settings.chunkSize),
    toSend: ({ bytes }) => ({ kind: 'lines', bytes }),
    offsetOf: ({ offset }) => offset,
  });
}

/** Where a corpus comes from, in chunks. */
interface Origin<Chunk> {
  /** `undefined`: no file. */
  readonly path: string | undefined;
  readonly chunks: AsyncIterator<Chunk>;
  readonly toSend: (chunk: Chunk) => TextChunk;
  /** Of the first byte in the file. */
  readonly offsetOf: (chunk: Chunk) => number;
}

async function* fileChunks(path: string, chunkSize: number): AsyncGenerator<FileChunk, void> {
  const { bytes } = await openBytes(path, chunkSize);
  yield* cutChunks(path, bytes, 'line');
}

async function* batches<Chunk>(
  tokenizer: BertTokenizer,
  { setup, workers, signal }: CorpusSettings,
  { path, chunks, toSend, offsetOf }: Origin<Chunk>,
): AsyncGenerator<CorpusBatch, void> {
  const stop = new Stop(signal);
  try {
    stop.check();
    const results = inOrder({
      source: chunks,
      toSend,
      startWorker: () =>
        workers === 0 ? inlineWorker(chunkEncoder(setup, pathOf(tokenizer, setup))) : startWorker(setup),
      workers,
      stop,
    });
    let firstText = 0;
    for await (const { chunk, result } of results) {
      if (result.kind !== 'rows') throw failureError(result, path, offsetOf(chunk), firstText);
      yield corpusBatch(firstText, result);
      firstText += result.texts;
    }
  } finally {
    stop.forget();
  }
}

/** Paths made before for the calling thread, since making one goes through the whole vocabulary. */
const PATHS = new WeakMap<BertTokenizer, TextTokenizer>();

function pathOf(tokenizer: BertTokenizer, setup: WorkerSetup): TextTokenizer {
  const path = PATHS.get(tokenizer) ?? textTokenizerOf(setup);
  PATHS.set(tokenizer, path);
  return path;
}

function failureError(
  failure: ChunkFailure,
  path: string | undefined,
  offset: number,
  firstText: number,
): TokenizerError {
  if (failure.kind === 'not-utf-8') {
    return notUtf8Error(failure.bytes, { path: path ?? 'texts', offset, line: firstText + 1 });
  }
  const text = firstText + failure.text;
  const place = path === undefined ? `texts: in the text at index ${text}` : `${path}: line ${text + 1}`;
  return new TokenizerError(failure.code, `${place}: ${failure.message}`, { ...failure.details, text });
}
