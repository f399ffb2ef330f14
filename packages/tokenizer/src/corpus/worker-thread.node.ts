/** Threads that encode chunks, seen from the thread that sends them. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import { TokenizerError } from '../errors.js';
import type { ChunkWorker } from './chunk-worker.js';
import type { ChunkResult, TextChunk, WorkerSetup } from './encoded-chunk.js';

/** More threads than this are not of use by themselves: one thread has to read and to hand out. */
const MOST_BY_DEFAULT = 8;

/** Threads to use when the caller does not say. */
export function defaultWorkers(): number {
  return Math.min(availableParallelism(), MOST_BY_DEFAULT);
}

/** The file stands in `dist` also when this one is run from `src`, as tests do. */
const PROGRAM = new URL('../../dist/corpus/corpus-thread.node.js', import.meta.url);

/**
 * Starts a thread. It ends with `close`; it alone does not keep the process alive.
 * @param program what it runs
 */
export function startWorker(setup: WorkerSetup, program = PROGRAM): ChunkWorker {
  return new WorkerThread(setup, program);
}

interface Waiting {
  readonly resolve: (result: ChunkResult) => void;
  readonly reject: (error: Error) => void;
}

class WorkerThread implements ChunkWorker {
  readonly #thread: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: TokenizerError | undefined;

  constructor(setup: WorkerSetup, program: URL) {
    // Node's own options are not handed on: some, like `--input-type`, no file may be started with.
    this.#thread = new Worker(program, {
      workerData: setup,
      execArgv: [],
      name: 'bertune-tokenizer',
    });
    this.#thread.on('message', (result: ChunkResult) => this.#waiting.shift()?.resolve(result));
    this.#thread.on('messageerror', (cause) => this.#fail('sent what cannot be read', cause));
    this.#thread.on('error', (cause) => this.#fail(String(cause), cause));
    this.#thread.on('exit', (code) => this.#fail(`ended with code ${code}`));
    this.#thread.unref();
  }

  get busy(): number {
    return this.#waiting.length;
  }

  encode(chunk: TextChunk): Promise<ChunkResult> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      const buffer = chunk.kind === 'lines' ? chunk.bytes.buffer : chunk.lengths.buffer;
      this.#thread.postMessage(chunk, [buffer]);
    });
  }

  hold(held: boolean): void {
    if (held) this.#thread.ref();
    else this.#thread.unref();
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  #fail(what: string, cause?: unknown): void {
    this.#failure ??= new TokenizerError(
      'worker-failed',
      `a tokenizer thread failed: ${what}. What was being encoded is lost; try fewer workers, or 0 to see where it fails.`,
      {},
      { cause },
    );
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }
}
