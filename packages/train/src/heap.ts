import * as tf from '@tensorflow/tfjs';

/**
 * A backend whose tensors lie in one heap that JavaScript can address, as those of TensorFlow.js's WebAssembly backend
 * do. There an update is one pass over memory, where kernels would make a dozen and as many temporaries.
 */
export interface HeapBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
}

/** The active backend when it has such a heap, else undefined. */
export function heapBackend(): HeapBackend | undefined {
  const backend: object = tf.backend();
  return 'typedArrayFromHeap' in backend && 'makeOutput' in backend ? (backend as HeapBackend) : undefined;
}
