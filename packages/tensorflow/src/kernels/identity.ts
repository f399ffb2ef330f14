import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';

interface Input {
  readonly x: tf.TensorInfo;
}

/**
 * A clone. Of a tensor it shares the data, as on every backend; of a variable that TensorFlow updates in place it is the
 * value as it is now (TensorFlow copies when the variable changes).
 */
export const identity = {
  kernelName: tf.Identity,
  kernelFunc(backend: TensorFlowBackend, { x }: Input): tf.TensorInfo {
    const entry = backend.entryOf(x);
    if (entry.kind === 'variable') {
      const trace = backend.engine.activeTrace;
      if (trace) return backend.tensorOf(trace.readVariable(entry.variable));
      return backend.run('Identity', [typeAttribute('T', entry.dtype)], [x]);
    }
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
  },
};
