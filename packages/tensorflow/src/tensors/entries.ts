import type { Pointer, TF_Output } from '../c-api/signatures.js';
import type { GraphTrace } from '../trace/graph-trace.js';
import { bytesPerElement, dataTypeName } from './data-type.js';
import type { ResourceVariable } from './resource-variable.js';

interface EntryBase {
  /** `TF_DataType` */
  readonly dtype: number;
  readonly shape: readonly number[];
}

/** A tensor with values, on whatever device TensorFlow keeps it. */
export interface EagerEntry extends EntryBase {
  readonly kind: 'eager';
  /** `TFE_TensorHandle*`, owned by the entry */
  readonly handle: Pointer;
}

/** An output of a graph that is being traced: has a shape, but values only when the function runs. */
export interface SymbolicEntry extends EntryBase {
  readonly kind: 'symbolic';
  readonly output: TF_Output;
  readonly trace: GraphTrace;
  /** the matrix that this one is the transpose of: products can take that and a flag instead */
  transposeOf?: Entry;
}

/** The value, whatever it is when it is read, of a resource variable. */
export interface VariableEntry extends EntryBase {
  readonly kind: 'variable';
  readonly variable: ResourceVariable;
}

/** What stands behind the number by which TensorFlow.js's Node backend knows a tensor. */
export type Entry = EagerEntry | SymbolicEntry | VariableEntry;

/** Bytes of an entry's value; 0 for types without plain values. */
export function entryBytes({ dtype, shape }: EntryBase): number {
  return shape.reduce((product, size) => product * size, bytesPerElement(dtype) ?? 0);
}

/** `float32 [2, 3]` */
export function describeEntry({ dtype, shape }: EntryBase): string {
  return `${dataTypeName(dtype)} [${shape.join(', ')}]`;
}
