import type { ChunkWorker } from './chunk-worker.js';
import type { ChunkResult, TextChunk } from './encoded-chunk.js';
import type { Stop } from './stop.js';

/** Chunks that each worker may have: one at hand, others so that it does not idle while the oldest or the caller is late. */
const CHUNKS_PER_WORKER = 4;

/** What the work needs. */
export interface OrderedWork<Chunk> {
  readonly source: AsyncIterator<Chunk>;
  /** What a worker gets of a chunk; what else there is in one is handed back with the result. */
  readonly toSend: (chunk: Chunk) => TextChunk;
  /** Workers are started when there is work for them. */
  readonly startWorker: () => ChunkWorker;
  readonly workers: number;
  /** Who tells it to stop. */
  readonly stop: Stop;
}

/** A chunk and what became of it. */
export interface Finished<Chunk> {
  readonly chunk: Chunk;
  readonly result: ChunkResult;
}

type Event<Chunk> =
  | { readonly kind: 'next'; readonly next: IteratorResult<Chunk> }
  | { readonly kind: 'finished'; readonly finished: Finished<Chunk> };

/**
 * Hands chunks out to workers and gives the results back in the order of the chunks. Takes another chunk only while
 * fewer than four per worker are under way or not yet asked for, so a slow receiver holds the source up.
 * However it ends, all workers are ended and the source is closed.
 */
export async function* inOrder<Chunk>(work: OrderedWork<Chunk>): AsyncGenerator<Finished<Chunk>, void> {
  const workers: ChunkWorker[] = [];
  const pending: Promise<Event<Chunk>>[] = [];
  let fetching: Promise<Event<Chunk>> | undefined;
  let ended = false;
  const submit = (chunk: Chunk): void => {
    let idlest = workers.reduce<ChunkWorker | undefined>(
      (best, worker) => (best === undefined || worker.busy < best.busy ? worker : best),
      undefined,
    );
    if (idlest === undefined || (idlest.busy > 0 && workers.length < work.workers)) {
      idlest = work.startWorker();
      workers.push(idlest);
    }
    const result = idlest.encode(work.toSend(chunk));
    pending.push(quiet(result.then((done) => ({ kind: 'finished', finished: { chunk, result: done } }))));
  };
  try {
    for (;;) {
      const room = Math.max(1, CHUNKS_PER_WORKER * work.workers);
      if (!ended && pending.length < room) {
        fetching ??= quiet(work.source.next().then((next) => ({ kind: 'next', next })));
      }
      const events = [pending[0], fetching].filter((event) => event !== undefined);
      if (events.length === 0) return;
      for (const worker of workers) worker.hold(true);
      const event = await work.stop.race(events);
      for (const worker of workers) worker.hold(false);
      if (event.kind === 'finished') {
        void pending.shift();
        yield event.finished;
        continue;
      }
      fetching = undefined;
      if (event.next.done) ended = true;
      else submit(event.next.value);
    }
  } finally {
    const closing = Promise.resolve(work.source.return?.()).catch(() => undefined);
    await Promise.all(workers.map((worker) => worker.close()));
    // A source that is being waited for may never answer, and would then hold up whoever breaks off.
    if (fetching === undefined) await closing;
  }
}

/** Its failure is reported when it is waited for, not before. */
function quiet<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
