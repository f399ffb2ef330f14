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
import { chunkEncoder } from './encode-chunk.js';
import type { ChunkFailure, TextChunk } from './encoded-chunk.js';
import { inOrder } from './in-order.js';
import { Stop } from './stop.js';
import { checkTexts, textChunks } from './text-chunks.js';

/**
 * Encodes texts, one row each, on threads. Batches come in the order of the texts; texts are taken only as fast as
 * batches are, and at most two chunks per thread are under way. Breaking off ends the threads.
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
  const place = ({ text }: { readonly text: number }): string => `texts: in the text at index ${text}`;
  return batches(
    tokenizer,
    settings,
    textChunks(texts, settings.chunkSize),
    (chunk) => chunk,
    (_, failure, firstText) =>
      failure.kind === 'failed'
        ? failedError(failure, firstText, place)
        : new TokenizerError('not-utf-8', 'texts'),
  );
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
  const place = ({ text }: { readonly text: number }): string => `${path}: line ${text + 1}`;
  return batches(
    tokenizer,
    settings,
    fileChunks(path, settings.chunkSize),
    ({ bytes }) => ({ kind: 'lines', bytes }),
    (chunk, failure, firstText) =>
      failure.kind === 'failed'
        ? failedError(failure, firstText, place)
        : notUtf8Error(failure.bytes, { path, offset: chunk.offset, line: firstText + 1 }),
  );
}

async function* fileChunks(path: string, chunkSize: number): AsyncGenerator<FileChunk, void> {
  const { bytes } = await openBytes(path, chunkSize);
  yield* cutChunks(path, bytes, 'line');
}

async function* batches<Chunk>(
  tokenizer: BertTokenizer,
  { setup, workers, signal }: CorpusSettings,
  source: AsyncIterator<Chunk>,
  toSend: (chunk: Chunk) => TextChunk,
  toError: (chunk: Chunk, failure: ChunkFailure, firstText: number) => TokenizerError,
): AsyncGenerator<CorpusBatch, void> {
  const stop = new Stop(signal);
  try {
    stop.check();
    const results = inOrder({
      source,
      toSend,
      startWorker: () =>
        workers === 0 ? inlineWorker(chunkEncoder(tokenizer, setup.encodeOptions)) : startWorker(setup),
      workers,
      stop,
    });
    let firstText = 0;
    for await (const { chunk, result } of results) {
      if (result.kind !== 'rows') throw toError(chunk, result, firstText);
      yield corpusBatch(firstText, result);
      firstText += result.texts;
    }
  } finally {
    stop.forget();
  }
}

function failedError(
  { text, code, message, details }: Extract<ChunkFailure, { kind: 'failed' }>,
  firstText: number,
  place: (at: { readonly text: number }) => string,
): TokenizerError {
  const at = { text: firstText + text };
  return new TokenizerError(code, `${place(at)}: ${message}`, { ...details, ...at });
}
