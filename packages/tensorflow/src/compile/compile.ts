import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { activeBackend, BACKEND_NAME } from '../runtime.js';
import { TraceError } from '../trace/trace-error.js';
import { type Container, putTogether, signatureOf, type Structure, takeApart } from './containers.js';
import { callTraced, traceFunction, type TracedFunction } from './trace-function.js';

/** How a function is compiled. */
export interface CompileOptions {
  /** for profiles and error messages; default: the function's own name */
  readonly name?: string | undefined;
  /** compile with XLA, which takes longer at first; default false */
  readonly jitCompile?: boolean | undefined;
}

/** A compiled function: called as the original. */
export interface CompiledFunction<Arguments extends readonly Container[], Result extends Container> {
  /**
   * Runs the function, and traces it first where inputs of these shapes, types and plain values are new.
   * @returns new tensors in the structure of the original's result; caller disposes
   * @throws TraceError, OpError; TraceError `disposed`
   */
  (...args: Arguments): Result;
  /** how many times it was traced: one for each combination of shapes, types and plain values */
  readonly traceCount: number;
  /** Frees what was traced. */
  dispose(): void;
}

interface Trace {
  readonly traced: TracedFunction;
  readonly result: Structure;
}

/**
 * Makes one TensorFlow function of a function of tensors: it is run once for each combination of input shapes, to see
 * what it computes, and from then on TensorFlow runs the whole at once, optimised as a graph.
 *
 * The function may be anything made of TensorFlow.js's operations, gradients included. `tf.Variable`s are read and
 * assigned when the compiled function is called. Everything else is as it was during the trace: numbers, branches,
 * closed-over tensors, and also random numbers that TensorFlow.js draws in JavaScript (`tf.randomNormal`, `tf.dropout`).
 * Gradients are best taken inside of the function: under a gradient taken through it, it runs as it is, op by op. So it
 * does on another backend.
 * @example
 * const norm = compile((x: tf.Tensor) => tf.sqrt(tf.sum(tf.square(x))));
 * norm(tf.tensor1d([3, 4])).print(); // 5
 */
export function compile<Arguments extends readonly Container[], Result extends Container>(
  fn: (...args: Arguments) => Result,
  options: CompileOptions = {},
): CompiledFunction<Arguments, Result> {
  const traces = new Map<string, Trace>();
  const name = options.name ?? (fn.name || 'function');
  let disposed = false;

  const call = (...args: Arguments): Result => {
    if (disposed) throw new TraceError('disposed', `${name}: the compiled function was disposed.`);
    const backend = activeBackend();
    const isInGradient = tf.engine().state.gradientDepth > 0;
    if (!backend || backend.engine.activeTrace || isInGradient) return tf.tidy(() => fn(...args));
    const { structure, tensors } = takeApart(args, `${name}, arguments`);
    const signature = signatureOf(structure, tensors);
    let trace = traces.get(signature);
    if (!trace) {
      trace = traceOnce(backend, name, fn, structure, tensors, options.jitCompile ?? false);
      traces.set(signature, trace);
    }
    return putTogether(trace.result, callTraced(backend, trace.traced, tensors)) as Result;
  };
  const dispose = (): void => {
    disposed = true;
    const backend = tf.findBackend(BACKEND_NAME) as TensorFlowBackend | null;
    for (const { traced } of traces.values()) backend?.engine.removeFunction(traced.definition);
    traces.clear();
  };
  return Object.defineProperties(call, {
    traceCount: { get: () => traces.size },
    dispose: { value: dispose },
  }) as CompiledFunction<Arguments, Result>;
}

function traceOnce<Arguments extends readonly Container[], Result extends Container>(
  backend: TensorFlowBackend,
  name: string,
  fn: (...args: Arguments) => Result,
  structure: Structure,
  tensors: readonly tf.Tensor[],
  jitCompile: boolean,
): Trace {
  let result: Structure | undefined;
  const traced = traceFunction(
    backend,
    name,
    tensors,
    ({ inputs }) => {
      const returned = fn(...(putTogether(structure, inputs) as Arguments));
      refusePromise(returned, name);
      const parts = takeApart(returned, `${name}, result`);
      result = parts.structure;
      return parts.tensors;
    },
    { jitCompile },
  );
  return { traced, result: result as unknown as Structure };
}

/** An async function goes on after the trace, when there is nothing left to trace into. */
function refusePromise(returned: unknown, name: string): void {
  if (typeof (returned as { then?: unknown } | null | undefined)?.then !== 'function') return;
  (returned as Promise<unknown>).then(undefined, () => undefined); // what becomes of it no longer matters
  throw new TraceError(
    'invalid-result',
    `${name}, result: expected tensors, found a promise. A compiled function must not be async: read values outside of it.`,
  );
}
