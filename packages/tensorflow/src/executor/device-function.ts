import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { requireMemory, withNeed } from './memory.js';
import type { FunctionOptions } from '../trace/graph-function.js';
import {
  callTraced,
  type TracedFunction,
  traceFunction,
  type TraceScope,
} from '../compile/trace-function.js';

/** What a function computes from its inputs, compiled or not; `scope.trace` is there while it is being traced. */
export type Body = (
  scope: Pick<TraceScope, 'inputs'> & Partial<Pick<TraceScope, 'trace'>>,
) => readonly tf.Tensor[];

/** In what precision products of matrices are computed. */
export interface Precision {
  /** of bfloat16 operands; sums, and everything else, are float32 */
  readonly mixedPrecision: boolean;
}

/**
 * A function that runs compiled, one trace for each signature, or op by op where compiling does not pay. Its owner frees
 * the traces.
 */
export class DeviceFunction {
  private readonly traces = new Map<string, TracedFunction>();

  constructor(
    private readonly backend: TensorFlowBackend,
    private readonly name: string,
    private readonly options: Precision & FunctionOptions,
  ) {}

  /** How many signatures were traced. */
  get traceCount(): number {
    return this.traces.size;
  }

  /**
   * Runs the function, and traces it first where the signature is new.
   * @param ownBytes what it needs beside the working memory of its trace
   * @returns its outputs; caller disposes
   * @throws MemoryError `out-of-memory`, OpError, TraceError
   */
  call(signature: string, inputs: readonly tf.Tensor[], body: Body, ownBytes = 0): tf.Tensor[] {
    let traced = this.traces.get(signature);
    if (!traced) {
      traced = this.backend.engine.withPrecision(this.options.mixedPrecision, () =>
        traceFunction(this.backend, this.name, inputs, body, this.options),
      );
      try {
        const isOnHost = !this.backend.engine.isUsingGpuDevice();
        if (isOnHost) requireMemory(ownBytes + traced.definition.workingBytes);
      } catch (error) {
        this.backend.engine.removeFunction(traced.definition);
        throw error;
      }
      this.traces.set(signature, traced);
    }
    try {
      return callTraced(this.backend, traced, inputs);
    } catch (error) {
      throw withNeed(error, ownBytes + traced.definition.workingBytes);
    }
  }

  /** Frees the traces. */
  dispose(): void {
    for (const { definition } of this.traces.values()) this.backend.engine.removeFunction(definition);
    this.traces.clear();
  }
}

/** Runs a body op by op. @returns its outputs; caller disposes */
export function runEagerly(
  backend: TensorFlowBackend,
  { mixedPrecision }: Precision,
  inputs: readonly tf.Tensor[],
  body: Body,
): tf.Tensor[] {
  return backend.engine.withPrecision(mixedPrecision, () =>
    tf.tidy(() => body({ inputs }).map((tensor) => tensor.clone())),
  );
}
