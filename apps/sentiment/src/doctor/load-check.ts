/*
 * A program of its own, run by `try-backend.ts`: starts one backend and multiplies two matrices with it. A library that
 * crashes takes this process with it, and no other. Prints one line of JSON.
 */
import * as tf from '@tensorflow/tfjs';

import type { TensorFlowLibrary } from '@bertune/tensorflow';

/** What the check prints. */
export interface LoadReport {
  /** TensorFlow's version, of the native backend. */
  readonly version?: string;
  /** What it computes on, of the native backend. */
  readonly devices?: readonly { readonly type: string; readonly name: string }[];
  /** Milliseconds until the backend ran. */
  readonly startMilliseconds: number;
}

async function start(
  name: string,
  library: string | undefined,
): Promise<Omit<LoadReport, 'startMilliseconds'>> {
  if (name === 'tensorflow') {
    const { startTensorFlow } = await import('@bertune/tensorflow');
    const { version, devices } = await startTensorFlow(JSON.parse(library ?? '') as TensorFlowLibrary);
    return { version, devices: devices.map(({ type, name: device }) => ({ type, name: device })) };
  }
  tf.enableProdMode();
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start ${name}`);
  await tf.ready();
  return {};
}

try {
  const [name = '', library] = process.argv.slice(2);
  const begin = performance.now();
  const found = await start(name, library);
  const startMilliseconds = Math.round(performance.now() - begin);
  const product = tf.matMul(tf.fill([64, 96], 2), tf.fill([96, 32], 3));
  const wrong = (await product.data()).findIndex((value) => value !== 576);
  if (wrong >= 0) throw new Error(`a matrix product came out wrong at element ${wrong}`);
  process.stdout.write(`${JSON.stringify({ ...found, startMilliseconds } satisfies LoadReport)}\n`);
} catch (error) {
  process.stdout.write(
    `${JSON.stringify({ error: error instanceof Error ? error.message : String(error) })}\n`,
  );
  process.exitCode = 1;
}
