/** What takes the place of files and threads in a browser. `corpus-port.node.ts` has the same exports. */
import { TokenizerError } from '../errors.js';
import type { ByteSource } from './byte-source.js';
import type { ChunkWorker } from './chunk-worker.js';

/** @throws TokenizerError `bad-file`, always: a browser opens no files by path */
export function openBytes(path: string): Promise<ByteSource> {
  return Promise.reject(noFiles(path));
}

/** @throws TokenizerError `bad-file`, always */
export function textSize(path: string): Promise<number | undefined> {
  return Promise.reject(noFiles(path));
}

/** There are no bytes to decode where no file is opened. */
export function decodeLines(): undefined {
  return undefined;
}

/** Threads to use when the caller does not say: none. */
export function defaultWorkers(): number {
  return 0;
}

/** @throws TokenizerError `worker-failed`, always */
export function startWorker(): ChunkWorker {
  throw new TokenizerError(
    'worker-failed',
    'workers: expected 0 in a browser, where this package starts no threads. Call it inside a Web Worker of your own.',
  );
}

function noFiles(path: string): TokenizerError {
  return new TokenizerError(
    'bad-file',
    `${path}: a browser reads no files by path. Fetch the text and give it to encodeCorpus or trainVocabularyAsync.`,
    { path },
  );
}
