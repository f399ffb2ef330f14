import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';

interface Terms {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
}

/** A sum as `AddV2`: the older `Add`, which TensorFlow.js maps to, is not in the patterns TensorFlow fuses. */
export const add = {
  kernelName: tf.Add,
  kernelFunc(backend: TensorFlowBackend, { a, b }: Terms): tf.Tensor {
    const dtype = tf.backend_util.upcastType(a.dtype, b.dtype);
    const op = dtype === 'string' ? 'Add' : 'AddV2';
    return backend.run(op, [typeAttribute('T', backend.getDTypeInteger(dtype))], [a, b]);
  },
};
