import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import * as tf from '@tensorflow/tfjs';
import { afterEach, beforeAll, beforeEach, describe, expect } from '@jest/globals';

import { TensorFlowBackend } from '../src/backend.js';
import { findTensorFlow } from '../src/library/find.js';
import { startTensorFlow } from '../src/runtime.js';

const { library } = await findTensorFlow();

/** TensorFlow's library on this machine, looked for and never downloaded. */
export const nativeLibrary = library;

/** Why native tests are skipped, for their names; empty when they run. */
export const skipReason = library
  ? ''
  : ' (needs libtensorflow: set BERTUNE_TENSORFLOW or run `pnpm sentiment doctor`)';

/** `describe` on the native backend; skipped, with the reason in the name, where no library is. */
export function describeNative(name: string, body: () => void): void {
  if (!library) {
    describe.skip(`${name}${skipReason}`, body);
    return;
  }
  describe(name, () => {
    beforeAll(startNative);
    body();
  });
}

/** Makes the native backend the active one. */
export async function startNative(): Promise<void> {
  if (!library) throw new Error('startNative: no libtensorflow on this machine');
  await startTensorFlow(library);
}

/** The native backend, once it was started. */
export function nativeBackend(): TensorFlowBackend {
  const backend: unknown = tf.findBackend('tensorflow');
  if (backend instanceof TensorFlowBackend) return backend;
  throw new Error('nativeBackend: it was not started');
}

/** How many tensors TensorFlow holds for us. */
export function tensorCount(): number {
  return nativeBackend().engine.getNumOfTensors();
}

/** Runs each test of a group in a scope of its own, and fails those that leave a tensor, a variable or a trace behind. */
export function leavingNothingBehind(): void {
  let before: number;
  let memoryBefore: number;
  beforeEach(() => {
    before = tensorCount();
    memoryBefore = tf.memory().numTensors;
    tf.engine().startScope();
  });
  afterEach(async () => {
    tf.engine().endScope();
    tf.disposeVariables();
    await startNative();
    expect(nativeBackend().engine.activeTrace).toBeUndefined();
    expect({ held: tensorCount(), tensors: tf.memory().numTensors }).toEqual({
      held: before,
      tensors: memoryBefore,
    });
  });
}

/** The error that a call throws. */
export function errorOf(call: () => unknown): Error & Record<string, unknown> {
  try {
    call();
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('expected an error, but the call went through');
}

/** The error that a call throws; tensors it made are disposed. */
export function errorIn(call: () => unknown): ReturnType<typeof errorOf> {
  const engine = tf.engine();
  engine.startScope();
  try {
    return errorOf(call);
  } finally {
    engine.endScope();
  }
}

/** Resident memory of this process in MB, after a garbage collection. */
export function residentMegabytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage.rss() / 2 ** 20;
}
