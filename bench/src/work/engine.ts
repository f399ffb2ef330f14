import { EagerExecutor, type Executor } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import { BenchError } from '../errors.js';
import { startNative } from './native.js';
import type { BackendName, EngineRequest } from './requests.js';

/** What computes, ready to. */
export interface Engine {
  /** runs steps */
  readonly executor: Executor;
  /** in words */
  readonly description: string;
  /** of what computes */
  readonly versions: Readonly<Record<string, string>>;
}

/** Starts the backend that was asked for and no other: a figure must not be of something else. */
export async function startEngine(request: EngineRequest): Promise<Engine> {
  tf.enableProdMode(); // as the app does
  if (request.backend === 'tensorflow') return startNative(request);
  await startScripted(request.backend);
  return {
    executor: new EagerExecutor(),
    description: `${tf.getBackend()}, eager`,
    versions: { tfjs: tf.version_core },
  };
}

async function startScripted(name: Exclude<BackendName, 'tensorflow'>): Promise<void> {
  if (name === 'wasm') await import('@tensorflow/tfjs-backend-wasm');
  if (!(await tf.setBackend(name))) throw new BenchError('no-engine', `TensorFlow.js cannot start ${name}.`);
  await tf.ready();
}
