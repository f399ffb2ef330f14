/** The program of a thread: encodes each chunk it is sent. Started by `worker-thread.node.ts`. */
import { parentPort, workerData } from 'node:worker_threads';

import { chunkEncoder } from './encode-chunk.js';
import type { TextChunk, WorkerSetup } from './encoded-chunk.js';

const port = parentPort;
if (port === null) throw new Error('corpus-thread.node.js: expected to be started as a worker thread.');
const encode = chunkEncoder(workerData as WorkerSetup);

port.on('message', (chunk: TextChunk) => {
  const result = encode(chunk);
  port.postMessage(
    result,
    result.kind === 'rows'
      ? [result.inputIds.buffer, result.rowStarts.buffer, result.overflowToSample.buffer]
      : [],
  );
});
