import * as tf from '@tensorflow/tfjs';

/**
 * A backend whose tensors lie in one heap that JavaScript can address, as those of TensorFlow.js's WebAssembly backend
 * do. There an update is one pass over memory, where kernels would make a dozen and as many temporaries.
 *
 * `packages/bert/src/heap.ts` is the twin for the encoder's operations; neither package may import the other, so what is
 * learnt of the heap here belongs there too.
 */
export interface HeapBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array;
  /** looks a tensor's data up, and moves it here first if it lives on another backend */
  readonly dataIdMap: { get(dataId: tf.DataId): unknown };
}

/** The active backend when it has such a heap, else undefined. */
export function heapBackend(): HeapBackend | undefined {
  const backend: object = tf.backend();
  return 'typedArrayFromHeap' in backend && 'makeOutput' in backend ? (backend as HeapBackend) : undefined;
}
