import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { fusedMatMulAttributes } from '../binding/fused-operations.js';
import { AttributeType, type OpAttribute, typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';
import type { Entry } from '../tensors/entries.js';

interface Factors {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
}

interface FusedInputs extends Factors {
  readonly bias?: tf.TensorInfo;
  readonly preluActivationWeights?: tf.TensorInfo;
}

/**
 * Matrix products. TensorFlow.js maps all of them to `BatchMatMulV2`; for two matrices the plain `MatMul` is far faster
 * on a CPU. Transposes of traced matrices are folded into its flags.
 */
export const batchMatMul = {
  kernelName: tf.BatchMatMul,
  kernelFunc(backend: TensorFlowBackend, inputs: Factors, attrs: tf.BatchMatMulAttrs): tf.Tensor {
    const { a, b } = inputs;
    const { transposeA, transposeB } = attrs;
    if (isMatrix(a) && isMatrix(b)) {
      return tf.tidy(() => {
        const result = product(backend, asMatrix(backend, a), asMatrix(backend, b), transposeA, transposeB);
        return withLeadingOnes(result, Math.max(a.shape.length, b.shape.length));
      });
    }
    const flags = [flag('adj_x', transposeA), flag('adj_y', transposeB)];
    return multiply(backend, 'BatchMatMulV2', flags, [backend.entryOf(a), backend.entryOf(b)]);
  },
};

/** Product with bias and activation, fused where this TensorFlow can. */
export const fusedMatMul = {
  kernelName: tf._FusedMatMul,
  kernelFunc(
    backend: TensorFlowBackend,
    { a, b, bias, preluActivationWeights }: FusedInputs,
    attrs: tf._FusedMatMulAttrs,
  ): tf.Tensor {
    return tf.tidy(() => {
      const { activation, leakyreluAlpha } = attrs;
      const isSingle = isMatrix(a) && isMatrix(b) && bias?.shape.length === 1;
      const factors = isSingle ? { a: asMatrix(backend, a), b: asMatrix(backend, b) } : { a, b };
      const { transposeA, transposeB } = attrs;
      const fuses =
        isSingle && !transposeA && !transposeB && a.dtype === 'float32' && backend.engine.fuses('bias');
      let result: tf.Tensor;
      if (fuses) {
        result = backend.run('_FusedMatMul', fusedMatMulAttributes(['BiasAdd']), [
          factors.a,
          factors.b,
          bias,
        ]);
      } else {
        result = batchMatMul.kernelFunc(backend, factors, attrs);
        if (bias) result = addBias(backend, result, bias);
      }
      result = backend.applyActivation(result, activation, preluActivationWeights, leakyreluAlpha);
      return isSingle ? withLeadingOnes(result, Math.max(a.shape.length, b.shape.length)) : result;
    });
  },
};

/** The matrix as a stack of that rank. */
function withLeadingOnes(matrix: tf.Tensor, rank: number): tf.Tensor {
  if (rank === matrix.rank) return matrix;
  return tf.reshape(matrix, [...new Array<number>(rank - matrix.rank).fill(1), ...matrix.shape]);
}

/** Whether a stack has a single matrix: `tf.fused.matMul` makes such stacks of all matrices. */
function isMatrix({ shape }: tf.TensorInfo): boolean {
  return shape.slice(0, -2).every((size) => size === 1);
}

function asMatrix(backend: TensorFlowBackend, stack: tf.TensorInfo): tf.TensorInfo {
  if (stack.shape.length === 2) return stack;
  const types = [
    typeAttribute('T', backend.getDTypeInteger(stack.dtype)),
    typeAttribute('Tshape', DataType.int32),
  ];
  return backend.run('Reshape', types, [stack, tf.tensor1d(stack.shape.slice(-2), 'int32')]);
}

function product(
  backend: TensorFlowBackend,
  a: tf.TensorInfo,
  b: tf.TensorInfo,
  transposeA: boolean,
  transposeB: boolean,
): tf.Tensor {
  const left = operand(backend, a, transposeA);
  const right = operand(backend, b, transposeB);
  const flags = [flag('transpose_a', left.transposed), flag('transpose_b', right.transposed)];
  return multiply(backend, 'MatMul', flags, [left.entry, right.entry]);
}

/**
 * A product of float32 operands, or of their bfloat16 roundings: sums are float32 either way, and so is the result. A
 * product with a single row or column is a sum, and is not rounded.
 */
function multiply(
  backend: TensorFlowBackend,
  op: 'MatMul' | 'BatchMatMulV2',
  flags: readonly OpAttribute[],
  factors: readonly Entry[],
): tf.Tensor {
  const { float32, bfloat16 } = DataType;
  const isProduct = factors.every(
    ({ dtype, shape }) => dtype === float32 && Math.min(...shape.slice(-2)) > 1,
  );
  if (!backend.engine.usesBfloat16 || !isProduct) {
    return backend.runOnEntries(op, [typeAttribute('T', factors[0].dtype), ...flags], factors);
  }
  return tf.tidy(() => {
    const rounded = factors.map((factor) => cast(backend, factor, bfloat16));
    const inputs = rounded.map((tensor) => backend.entryOf(tensor));
    const product = backend.runOnEntries(op, [typeAttribute('T', bfloat16), ...flags], inputs);
    return cast(backend, backend.entryOf(product), float32);
  });
}

function cast(backend: TensorFlowBackend, entry: Entry, dtype: number): tf.Tensor {
  const types = [typeAttribute('SrcT', entry.dtype), typeAttribute('DstT', dtype), flag('Truncate', false)];
  return backend.runOnEntries('Cast', types, [entry]);
}

/** A matrix, or the one that it is the transpose of. */
function operand(
  backend: TensorFlowBackend,
  matrix: tf.TensorInfo,
  transposed: boolean,
): { entry: Entry; transposed: boolean } {
  const entry = backend.entryOf(matrix);
  if (entry.kind !== 'symbolic' || !entry.transposeOf) return { entry, transposed };
  return { entry: entry.transposeOf, transposed: !transposed };
}

function addBias(backend: TensorFlowBackend, x: tf.Tensor, bias: tf.TensorInfo): tf.Tensor {
  if (bias.shape.length !== 1) return tf.add(x, tf.engine().makeTensorFromTensorInfo(bias));
  const format = { name: 'data_format', type: AttributeType.string, value: 'NHWC' };
  return backend.run('BiasAdd', [typeAttribute('T', DataType.float32), format], [x, bias]);
}

function flag(name: string, value: boolean): OpAttribute {
  return { name, type: AttributeType.bool, value };
}
