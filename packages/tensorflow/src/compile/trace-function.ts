import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { typeAttribute } from '../c-api/attributes.js';
import type { SymbolicEntry } from '../tensors/entries.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import type { FunctionOptions, GraphFunction } from '../trace/graph-function.js';
import type { GraphTrace } from '../trace/graph-trace.js';
import { TraceError } from '../trace/trace-error.js';
import { onDevice } from './device-variables.js';

/** A traced function and what it needs to be called. */
export interface TracedFunction {
  readonly definition: GraphFunction;
  /** `tf.Variable`s that existed when it was traced; it reads and updates them */
  readonly variables: readonly (readonly [tf.Variable, ResourceVariable])[];
  readonly outputCount: number;
}

/** What a function under trace gets. */
export interface TraceScope {
  readonly trace: GraphTrace;
  /** inputs of the function, in the order of its arguments */
  readonly inputs: readonly tf.Tensor[];
}

/** Shape and type of an input. */
export interface InputSpec {
  readonly shape: readonly number[];
  readonly dtype: tf.DataType;
}

/**
 * Runs a function once with inputs that have shapes but no values, and makes one TensorFlow function of the operations it
 * calls. `tf.Variable`s are read when the function is called, not now; those that it assigns are updated then.
 * @param body gives back the tensors that become the outputs
 * @throws TraceError; OpError for operations that TensorFlow refuses; whatever `body` throws
 */
export function traceFunction(
  backend: TensorFlowBackend,
  name: string,
  specs: readonly InputSpec[],
  body: (scope: TraceScope) => readonly tf.Tensor[],
  options: FunctionOptions,
): TracedFunction {
  const { engine } = backend;
  const before = registeredVariables();
  const resources = before.map((variable) => [variable, onDevice(backend, variable)] as const);
  for (const [, resource] of resources) engine.variables.retain(resource);
  const trace = engine.beginTrace(options);
  try {
    return inScope(() => {
      const placeholders = specs.map(({ shape, dtype }) =>
        trace.placeholder(shape, backend.getDTypeInteger(dtype)),
      );
      const inputs = placeholders.map((entry) => backend.tensorOf(entry));
      const outputs = body({ trace, inputs }).map((tensor) => resultEntry(backend, tensor));
      for (const [variable, resource] of resources) {
        const entry = variable.isDisposed ? undefined : backend.entryOf(variable);
        if (entry && !(entry.kind === 'variable' && entry.variable === resource))
          trace.assign(resource, entry);
      }
      refuseNewVariables(before);
      const definition = engine.finishTrace(name, placeholders, outputs);
      return {
        definition,
        variables: resources.filter(([, resource]) => definition.variables.includes(resource)),
        outputCount: outputs.length,
      };
    });
  } finally {
    for (const [variable, resource] of resources) {
      if (!variable.isDisposed) restore(backend, variable, resource);
    }
    engine.endTrace();
    for (const [, resource] of resources) engine.variables.release(resource);
  }
}

/**
 * Calls a traced function.
 * @param inputs shaped as those it was traced for; stay the caller's
 * @returns its outputs; caller disposes
 * @throws OpError
 */
export function callTraced(
  backend: TensorFlowBackend,
  { definition, variables, outputCount }: TracedFunction,
  inputs: readonly tf.Tensor[],
): tf.Tensor[] {
  for (const [variable] of variables) if (!variable.isDisposed) onDevice(backend, variable);
  const ids = inputs.map(({ dataId }) => backend.idOf(dataId));
  return backend.engine
    .callFunction(definition, ids, outputCount)
    .map((metadata) => backend.createOutputTensor(metadata));
}

/** As `tf.tidy`, for results that are not tensors. */
function inScope<Result>(work: () => Result): Result {
  const engine = tf.engine();
  engine.startScope();
  try {
    return work();
  } finally {
    engine.endScope();
  }
}

function registeredVariables(): tf.Variable[] {
  return Object.values(tf.engine().registeredVariables);
}

/** An output of its own: a function may not hand out its inputs, nor one tensor twice. */
function resultEntry(backend: TensorFlowBackend, tensor: tf.Tensor): SymbolicEntry {
  const { engine } = backend;
  const entry = backend.entryOf(tensor);
  const attributes = [typeAttribute('T', entry.dtype)];
  const [{ id }] = engine.executeOnEntries('Identity', attributes, [entry], 1);
  const result = engine.entry(id) as SymbolicEntry;
  engine.deleteTensor(id);
  return result;
}

function restore(backend: TensorFlowBackend, variable: tf.Variable, resource: ResourceVariable): void {
  const entry = backend.entryOf(variable);
  if (entry.kind === 'variable' && entry.variable === resource) return;
  const { dtype, shape } = resource;
  backend.assignEntry(variable, { kind: 'variable', dtype, shape, variable: resource });
}

function refuseNewVariables(before: readonly tf.Variable[]): void {
  const old = new Set(before);
  const created = registeredVariables().filter((variable) => !old.has(variable));
  if (created.length === 0) return;
  const names = created.map(({ name }) => name);
  tf.dispose(created);
  throw new TraceError(
    'variable-created',
    `compile: the function made variables while it was traced (${names.slice(0, 3).join(', ')}). Make them before; an ` +
      'optimiser makes its own at its first step, so take one step outside of the compiled function.',
  );
}
