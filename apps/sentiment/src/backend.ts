import * as tf from '@tensorflow/tfjs';

import { AppError } from './errors.js';

/** What computes, and why it and no other. */
export interface Backend {
  /** TensorFlow.js backend name. */
  readonly name: 'wasm' | 'cpu';
  /** The reason, for the terminal and run.json. */
  readonly reason: string;
}

async function start(name: 'wasm' | 'cpu'): Promise<void> {
  // Without it the cpu backend advertises another one.
  tf.enableProdMode();
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(name))) throw new Error(`TensorFlow.js could not start ${name}`);
  await tf.ready();
}

/**
 * Starts the backend that was asked for, else wasm, else cpu.
 * @throws AppError `no-backend` when the one asked for does not start
 */
export async function startBackend(
  asked: 'wasm' | 'cpu' | undefined,
  starter: (name: 'wasm' | 'cpu') => Promise<void> = start,
): Promise<Backend> {
  const name = asked ?? 'wasm';
  try {
    await starter(name);
    return {
      name,
      reason: asked
        ? 'asked for with --backend'
        : 'the default: the faster of the two that need no installation',
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    if (asked) {
      throw new AppError('no-backend', {
        where: `--backend ${asked}`,
        expected: 'a backend that starts',
        found: why,
        remedy: asked === 'wasm' ? 'Try --backend cpu.' : 'Try --backend wasm.',
        cause: error,
      });
    }
    await starter('cpu');
    return { name: 'cpu', reason: `wasm did not start (${why})` };
  }
}
