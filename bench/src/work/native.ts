import * as tf from '@tensorflow/tfjs';

import { BenchError } from '../errors.js';
import type { Engine } from './engine.js';
import type { EngineRequest } from './requests.js';

/**
 * Starts native TensorFlow from wherever it is found; never downloads it.
 * @throws BenchError `no-engine` with what was looked at
 */
export async function startNative({
  mixedPrecision = false,
  jitCompile = false,
  gpu = false,
}: EngineRequest): Promise<Engine> {
  // Imported when it is asked for: where it cannot be loaded the other backends still run.
  const { findTensorFlow, startTensorFlow, TensorFlowExecutor } = await import('@bertune/tensorflow');
  const { library, attempts } = await findTensorFlow();
  if (!library) {
    const places = attempts.map(({ place, detail }) => `  ${place}: ${detail}`);
    throw new BenchError(
      'no-engine',
      ['TensorFlow was not found:', ...places, 'See pnpm sentiment doctor, or use --backend wasm.'].join(
        '\n',
      ),
    );
  }
  const { version, devices } = await startTensorFlow(library);
  const hasGpu = devices.some(({ type }) => type === 'GPU');
  if (gpu && !hasGpu) {
    throw new BenchError(
      'no-engine',
      `TensorFlow ${version} in ${library.directory} sees no GPU (${library.cuda ? 'a' : 'not a'} CUDA build). See pnpm sentiment doctor.`,
    );
  }
  const options = { mixedPrecision, jitCompile };
  const how = [mixedPrecision && 'bfloat16', jitCompile && 'XLA'].filter((word) => word !== false);
  return {
    executor: new TensorFlowExecutor(options),
    description: [
      'tensorflow',
      'compiled',
      hasGpu ? 'GPU' : 'CPU',
      ...how,
      `library from ${library.source}`,
    ].join(', '),
    versions: { tensorflow: version, tfjs: tf.version_core },
  };
}
