// A plain Node program on the built package: starts TensorFlow, computes, then ends in the way that its argument names.
import { setInterval } from 'node:timers';
import { Worker, isMainThread, workerData } from 'node:worker_threads';

import { compile, findTensorFlow, startTensorFlow } from '@bertune/tensorflow';
import * as tf from '@tensorflow/tfjs';

const way = isMainThread ? process.argv[2] : workerData;
const { library } = await findTensorFlow();
const { version } = await startTensorFlow(library);

const kept = Array.from({ length: 100 }, (_, i) => tf.add(tf.ones([64, 64]), i));
const w = tf.variable(tf.tensor2d([[0.5], [0.25]]));
const x = tf.tensor2d([
  [1, 2],
  [3, 4],
]);
const y = tf.tensor2d([[1], [-1]]);
const optimizer = tf.train.sgd(0.01);
const step = compile(() =>
  optimizer.minimize(() => tf.losses.meanSquaredError(y, tf.matMul(x, w)), true, [w]),
);
const losses = Array.from({ length: 3 }, () => step().dataSync()[0]);
if (!(losses[2] < losses[1] && losses[1] < losses[0])) throw new Error(`losses: ${losses}`);
if (kept[7].dataSync()[0] !== 8) throw new Error('wrong sum');
if (isMainThread) console.log(`computed ${version}`);

/** Ends once the worker has ended. */
function inWorker(then, terminate = false) {
  const worker = new Worker(new URL(import.meta.url), { workerData: then });
  worker.on('message', () => terminate && void worker.terminate());
  worker.on('error', (error) => {
    console.log(`worker failed: ${error.message}`);
  });
  worker.on('exit', (code) => {
    console.log(`worker ended ${code}`);
    if (tf.add(1, 2).dataSync()[0] !== 3) throw new Error('the main thread no longer computes');
  });
}

switch (way) {
  case 'end':
    break;
  case 'exit':
    process.exit(7);
    break;
  case 'throw':
    throw new RangeError('on purpose');
  case 'reject':
    void Promise.reject(new RangeError('on purpose'));
    break;
  case 'signal':
    setInterval(() => tf.add(1, 2).dispose(), 1);
    console.log('ready');
    break;
  case 'signal-handled':
    process.on('SIGINT', () => process.exit(3));
    setInterval(() => tf.add(1, 2).dispose(), 1);
    console.log('ready');
    break;
  case 'worker':
    inWorker('end');
    break;
  case 'worker-exit':
    inWorker('exit');
    break;
  case 'worker-terminated':
    inWorker('loop', true);
    break;
  case 'loop': {
    const { parentPort } = await import('node:worker_threads');
    setInterval(() => tf.add(1, 2).dispose(), 1);
    parentPort.postMessage('ready');
    break;
  }
}
