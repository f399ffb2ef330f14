import type { ChunkResult, TextChunk } from './encoded-chunk.js';

/** Encodes chunks one after the other, here or on a thread. */
export interface ChunkWorker {
  /** Chunks sent and not yet answered. */
  readonly busy: number;
  /** @throws TokenizerError `worker-failed` */
  encode(chunk: TextChunk): Promise<ChunkResult>;
  /** Whether it keeps the process from ending. */
  hold(held: boolean): void;
  /** Ends it, whatever it is at. */
  close(): Promise<void>;
}

/** A worker that is no thread. */
export function inlineWorker(encode: (chunk: TextChunk) => ChunkResult): ChunkWorker {
  return {
    busy: 0,
    encode: (chunk) =>
      new Promise((resolve) => {
        resolve(encode(chunk));
      }),
    hold: () => undefined,
    close: () => Promise.resolve(),
  };
}
