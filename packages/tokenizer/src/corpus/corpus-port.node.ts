/** Files and threads, in Node. `corpus-port.browser.ts` has the same exports. */
export { openBytes, textSize } from './bytes.node.js';
export { decodeLines } from './decode-lines.node.js';
export { defaultWorkers, startWorker } from './worker-thread.node.js';
