import { AttributeType, type OpAttribute, typeAttribute } from '../c-api/attributes.js';
import { OpError } from '../c-api/status.js';
import { DataType } from '../tensors/data-type.js';
import type { EagerEntry } from '../tensors/entries.js';
import type { EagerContext } from './eager-context.js';

/** What TensorFlow's `_FusedMatMul` does after the product. */
export type FusedStep = 'BiasAdd' | 'GeluExact' | 'GeluApproximate';

/**
 * Operations that TensorFlow otherwise makes itself, of patterns it finds in graphs, and that not every build has: those
 * with oneDNN do.
 */
export interface FusedOperations {
  /** `_FusedMatMul` with a bias */
  readonly bias: boolean;
  /** `_FusedMatMul` with a bias and either form of gelu */
  readonly gelu: boolean;
  /** `_MklLayerNorm` */
  readonly layerNorm: boolean;
}

/** Attributes of `_FusedMatMul` without transposes. */
export function fusedMatMulAttributes(steps: readonly FusedStep[]): OpAttribute[] {
  return [
    typeAttribute('T', DataType.float32),
    { name: 'num_args', type: AttributeType.int, value: 1 },
    { name: 'fused_ops', type: AttributeType.string, value: steps },
    { name: 'transpose_a', type: AttributeType.bool, value: false },
    { name: 'transpose_b', type: AttributeType.bool, value: false },
  ];
}

/** Attributes of `_MklLayerNorm`. */
export function layerNormAttributes(epsilon: number): OpAttribute[] {
  return [
    typeAttribute('T', DataType.float32),
    { name: 'epsilon', type: AttributeType.float, value: epsilon },
  ];
}

/** Finds out which of them this TensorFlow has, by running each on a few numbers. */
export function probeFusedOperations(context: EagerContext): FusedOperations {
  const runs = (op: string, attributes: readonly OpAttribute[], shapes: readonly number[][]): boolean => {
    const inputs = shapes.map((shape): EagerEntry => {
      const size = shape.reduce((product, length) => product * length, 1);
      return context.create(shape, DataType.float32, new Float32Array(size).fill(1));
    });
    try {
      for (const { handle } of context.execute(op, attributes, inputs, 1)) context.free(handle);
      return true;
    } catch (error) {
      if (error instanceof OpError) return false;
      throw error;
    } finally {
      for (const { handle } of inputs) context.free(handle);
    }
  };
  const matMul = (steps: readonly FusedStep[]): boolean =>
    runs('_FusedMatMul', fusedMatMulAttributes(steps), [[2, 2], [2, 2], [2]]);
  return {
    bias: matMul(['BiasAdd']),
    gelu: matMul(['BiasAdd', 'GeluExact']) && matMul(['BiasAdd', 'GeluApproximate']),
    layerNorm: runs('_MklLayerNorm', layerNormAttributes(1e-6), [[2, 2], [2], [2]]),
  };
}
