import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
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

/**
 * A function that runs compiled, one trace for each signature, or op by op where compiling does not pay. Its owner frees
 * the traces.
 */
export class DeviceFunction {
  private readonly traces = new Map<string, TracedFunction>();

  constructor(
    private readonly backend: TensorFlowBackend,
    private readonly name: string,
    private readonly jitCompile: boolean,
  ) {}

  /** How many signatures were traced. */
  get traceCount(): number {
    return this.traces.size;
  }

  /**
   * Runs the function, and traces it first where the signature is new.
   * @returns its outputs; caller disposes
   */
  call(signature: string, inputs: readonly tf.Tensor[], body: Body): tf.Tensor[] {
    let traced = this.traces.get(signature);
    if (!traced) {
      traced = traceFunction(this.backend, this.name, inputs, body, { jitCompile: this.jitCompile });
      this.traces.set(signature, traced);
    }
    return callTraced(this.backend, traced, inputs);
  }

  /** Frees the traces. */
  dispose(): void {
    for (const { definition } of this.traces.values()) this.backend.engine.removeFunction(definition);
    this.traces.clear();
  }
}

/** Runs a body op by op. @returns its outputs; caller disposes */
export function runEagerly(inputs: readonly tf.Tensor[], body: Body): tf.Tensor[] {
  return tf.tidy(() => body({ inputs }).map((tensor) => tensor.clone()));
}
