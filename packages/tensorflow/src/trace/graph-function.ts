import type { NativeLibrary } from '../c-api/load-library.js';
import type { Pointer, TF_Output } from '../c-api/signatures.js';
import type { Status } from '../c-api/status.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';

/** A function made of a trace, as TensorFlow knows it. */
export interface GraphFunction {
  readonly name: string;
  /** handles of tensors from outside, which follow the inputs at every call; the function owns them */
  readonly captures: readonly Pointer[];
  /** what it reads or writes; retained for the function */
  readonly variables: readonly ResourceVariable[];
  /** operations in the graph */
  readonly operations: number;
  /** what a call needs at its height beside inputs, outputs and variables; an estimate, bytes */
  readonly workingBytes: number;
}

/** What a call of a compiled function may ask TensorFlow for. */
export interface FunctionOptions {
  /** compile with XLA */
  readonly jitCompile: boolean;
}

/** A graph and what of it becomes a function. */
interface FunctionParts {
  readonly graph: Pointer;
  readonly name: string;
  readonly inputs: readonly TF_Output[];
  readonly outputs: readonly TF_Output[];
  /** operations that happen whether or not their outputs are used */
  readonly effects: readonly Pointer[];
  readonly options: FunctionOptions;
}

/**
 * Makes a function of a graph and registers it in a context under its name.
 * @throws OpError
 */
export function registerFunction(
  { c }: NativeLibrary,
  status: Status,
  context: Pointer,
  { graph, name, inputs, outputs, effects, options }: FunctionParts,
): void {
  const failed = () => ({ op: name, inputs: [] });
  const definition = c.TF_GraphToFunctionWithControlOutputs(
    graph,
    name,
    0, // no hash appended
    -1, // every operation of the graph
    null,
    inputs.length,
    inputs,
    outputs.length,
    outputs,
    null,
    effects.length,
    BigUint64Array.from(effects, BigInt),
    null,
    0,
    null,
    status.pointer,
  );
  status.check(failed);
  try {
    if (options.jitCompile) {
      const isTrue = Uint8Array.from([5 * 8, 1]); // AttrValue { b: true }
      c.TF_FunctionSetAttrValueProto(definition, '_XlaMustCompile', isTrue, isTrue.length, status.pointer);
      status.check(failed);
    }
    c.TFE_ContextAddFunction(context, definition, status.pointer);
    status.check(failed);
  } finally {
    c.TF_DeleteFunction(definition);
  }
}
