import * as tf from '@tensorflow/tfjs';

import { TensorFlowBackend } from '../backend.js';
import { add } from './add.js';
import { gather } from './gather.js';
import { identity } from './identity.js';
import { keepMask } from './keep-mask.js';
import { layerNorm } from './layer-norm.js';
import { linearGelu } from './linear-gelu.js';
import { batchMatMul, fusedMatMul } from './matmul.js';
import { mean } from './mean.js';
import { transpose } from './transpose.js';

/** A kernel of ours: those of TensorFlow.js's Node backend stay where this list has none of that name. */
interface OwnKernel {
  readonly kernelName: string;
  kernelFunc(backend: TensorFlowBackend, inputs: tf.NamedTensorInfoMap, attrs: tf.NamedAttrMap): tf.Tensor;
}

const KERNELS = [
  add,
  batchMatMul,
  fusedMatMul,
  transpose,
  gather,
  identity,
  keepMask,
  layerNorm,
  linearGelu,
  mean,
] as unknown as readonly OwnKernel[];

/** Registers our kernels for the backend, in place of those of the same name. */
export function registerKernels(backendName: string): void {
  for (const { kernelName, kernelFunc } of KERNELS) {
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        if (backend instanceof TensorFlowBackend) return kernelFunc(backend, inputs, attrs ?? {});
        throw new Error(`${kernelName}: another package has registered a backend named ${backendName}`);
      },
    });
  }
}
