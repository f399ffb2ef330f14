// A thread that does not do its work: what it does instead is told by the vocabulary it is given.
import { parentPort, workerData } from 'node:worker_threads';

parentPort.on('message', () => {
  const [what] = workerData.vocabulary;
  if (what === 'exit') process.exit(3);
  if (what === 'throw') throw new RangeError('no more room');
  if (what === 'memory') for (const list = []; ;) list.push(new Array(1e6).fill(list.length));
});
