import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';

/** As TensorFlow.js maps it; that a traced matrix is a transpose is remembered for the products that it goes into. */
export const transpose = {
  kernelName: tf.Transpose,
  kernelFunc(
    backend: TensorFlowBackend,
    { x }: { readonly x: tf.TensorInfo },
    { perm }: tf.TransposeAttrs,
  ): tf.Tensor {
    const order = tf.tensor1d(perm, 'int32');
    const type = typeAttribute('T', backend.getDTypeInteger(x.dtype));
    const result = backend.run('Transpose', [type, typeAttribute('Tperm', DataType.int32)], [x, order]);
    order.dispose();
    if (perm.length === 2 && perm[0] === 1)
      backend.engine.rememberTranspose(backend.idOf(result.dataId), backend.idOf(x.dataId));
    return result;
  },
};
