import * as tf from '@tensorflow/tfjs';

import { BertError } from './errors.js';

/**
 * Direct sight of a backend's memory. Backends that keep their tensors in one heap which JavaScript can address
 * (TensorFlow.js's WebAssembly backend) let an operation of ours run as a single pass over that heap, where the
 * backend's own kernels would make five or ten passes and as many temporaries. Backends without such a heap
 * run the same operation composed of TensorFlow.js kernels. `@bertune/train` has a twin of this file for its updates.
 */
interface HeapBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): HeapView;
  /** looks a tensor's data up, and moves it here first if it lives on another backend */
  readonly dataIdMap: { get(dataId: tf.DataId): unknown };
}

/** The part of the heap one tensor takes: float32, int32 and bool. */
export type HeapView = Float32Array | Int32Array | Uint8Array;

/** Shape and type of a tensor that a pass over the heap is to fill. */
export interface HeapOutput {
  readonly shape: readonly number[];
  /** default float32 */
  readonly dtype?: 'float32' | 'bool';
}

/**
 * - `out-of-memory`: the heap cannot grow any more
 * - `no-heap`: the active backend has none that JavaScript can see
 */
export type HeapErrorCode = 'out-of-memory' | 'no-heap';

/** An operation that found no room for its result. */
export class HeapError extends BertError<HeapErrorCode> {
  override readonly name = 'HeapError';
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
 * @throws HeapError `out-of-memory` when the heap cannot grow any more, `no-heap` where there is none: ask `hasHeap`
 */
export function passOverHeap(
  inputs: readonly tf.Tensor[],
  outputs: readonly HeapOutput[],
  pass: (inputs: HeapView[], outputs: HeapView[]) => void,
): tf.Tensor[] {
  const backend: object = tf.backend();
  if (!isHeapBackend(backend)) {
    throw new HeapError('no-heap', `backend ${tf.getBackend()} has no heap to pass over`);
  }
  // Inputs that live on another backend are moved here now, since that allocates too.
  for (const { dataId } of inputs) backend.dataIdMap.get(dataId);
  const infos = outputs.map(({ shape, dtype = 'float32' }) => backend.makeOutput([...shape], dtype));
  // Every allocation is done: from here the heap does not move.
  const to = infos.map((info) => backend.typedArrayFromHeap(info));
  // The backend does not notice a failed allocation: it hands out address 0.
  const failed = to.findIndex((view) => view.length > 0 && view.byteOffset === 0);
  if (failed >= 0) {
    for (const info of infos) tf.engine().makeTensorFromTensorInfo(info).dispose();
    throw new HeapError(
      'out-of-memory',
      `backend ${tf.getBackend()}: no room for a tensor of shape [${outputs[failed].shape.join(', ')}]. ` +
        'Lower the batch size, the length or the size of the model.',
    );
  }
  const from = inputs.map((tensor) => backend.typedArrayFromHeap(tensor));
  pass(from, to);
  return infos.map((info) => tf.engine().makeTensorFromTensorInfo(info));
}
