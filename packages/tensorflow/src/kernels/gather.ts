import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { AttributeType, typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';

interface GatherInputs {
  readonly x: tf.TensorInfo;
  readonly indices: tf.TensorInfo;
}

/**
 * Looking up slices. TensorFlow.js's own mapping reads all indices on the host to check them, which a trace cannot; on a
 * CPU TensorFlow checks them itself.
 */
export const gather = {
  kernelName: tf.GatherV2,
  kernelFunc(backend: TensorFlowBackend, inputs: GatherInputs, attrs: tf.GatherV2Attrs): tf.Tensor {
    const { x, indices } = inputs;
    const axis = tf.scalar(attrs.axis, 'int32');
    const attributes = [
      { name: 'batch_dims', type: AttributeType.int, value: attrs.batchDims },
      typeAttribute('Tparams', backend.getDTypeInteger(x.dtype)),
      typeAttribute('Tindices', DataType.int32),
      typeAttribute('Taxis', DataType.int32),
    ];
    const result = backend.run('GatherV2', attributes, [x, indices, axis]);
    axis.dispose();
    return result;
  },
};
