import * as tf from '@tensorflow/tfjs';

/**
 * Direct sight of a backend's memory. Backends that keep their tensors in one heap which JavaScript can address
 * (TensorFlow.js's WebAssembly backend) let an operation of ours run as a single pass over that heap, where the
 * backend's own kernels would make five or ten passes and as many temporaries. Backends without such a heap
 * run the same operation composed of TensorFlow.js kernels.
 */
interface HeapBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): HeapView;
}

/** The part of the heap one tensor takes: float32, int32 and bool. */
export type HeapView = Float32Array | Int32Array | Uint8Array;

/** Shape and type of a tensor that a pass over the heap is to fill. */
export interface HeapOutput {
  readonly shape: readonly number[];
  /** default float32 */
  readonly dtype?: 'float32' | 'bool';
}

function isHeapBackend(backend: object): backend is HeapBackend {
  return 'typedArrayFromHeap' in backend && 'makeOutput' in backend;
}

/** Whether the active backend's tensors can be read and written in place from JavaScript. */
export function hasHeap(): boolean {
  return isHeapBackend(tf.backend());
}

/**
 * Runs one pass over the heap.
 * @param inputs tensors to read
 * @param outputs what to allocate; the views come uninitialised
 * @param pass fills the outputs; the views are valid only until it returns, since the heap may move when it grows
 * @returns the filled tensors, in the order of `outputs`; tracked by the surrounding `tf.tidy`
 * @throws Error when the active backend has no such heap: ask `hasHeap` first
 */
export function passOverHeap(
  inputs: readonly tf.Tensor[],
  outputs: readonly HeapOutput[],
  pass: (inputs: HeapView[], outputs: HeapView[]) => void,
): tf.Tensor[] {
  const backend: object = tf.backend();
  if (!isHeapBackend(backend)) throw new Error(`backend ${tf.getBackend()} has no heap to pass over`);
  const infos = outputs.map(({ shape, dtype = 'float32' }) => backend.makeOutput([...shape], dtype));
  // Every allocation is done: from here the heap does not move.
  pass(
    inputs.map((tensor) => backend.typedArrayFromHeap(tensor)),
    infos.map((info) => backend.typedArrayFromHeap(info)),
  );
  return infos.map((info) => tf.engine().makeTensorFromTensorInfo(info));
}
