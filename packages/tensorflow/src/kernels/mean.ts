import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { AttributeType, typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';

/** Means, always float32. TensorFlow.js's own mapping announces integers to TensorFlow as what they were, and fails. */
export const mean = {
  kernelName: tf.Mean,
  kernelFunc(
    backend: TensorFlowBackend,
    { x }: { readonly x: tf.Tensor },
    { axis, keepDims }: tf.MeanAttrs,
  ): tf.Tensor {
    return tf.tidy(() => {
      const attributes = [
        { name: 'keep_dims', type: AttributeType.bool, value: keepDims },
        typeAttribute('T', DataType.float32),
        typeAttribute('Tidx', DataType.int32),
      ];
      const axes = tf.tensor1d(tf.util.parseAxisParam(axis, x.shape), 'int32');
      return backend.run('Mean', attributes, [tf.cast(x, 'float32'), axes]);
    });
  },
};
