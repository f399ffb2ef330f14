import { AttributeType, type OpAttribute, setAttributes, typeAttribute } from './c-api/attributes.js';
import type { NativeLibrary } from './c-api/load-library.js';
import type { OpDefinition } from './c-api/op-definition.js';
import type { Pointer } from './c-api/signatures.js';
import { Status } from './c-api/status.js';
import { TensorFlowError } from './errors.js';
import { DataType } from './tensors/data-type.js';
import { describeEntry, type EagerEntry, type Entry, type SymbolicEntry } from './tensors/entries.js';
import { type HostValues, makeHostTensor, readHostTensor } from './tensors/host-memory.js';
import type { ResourceVariable } from './tensors/resource-variable.js';
import {
  type FunctionOptions,
  type GraphFunction,
  GraphTrace,
  variableAttributes,
} from './trace/graph-trace.js';
import { TraceError } from './trace/trace-error.js';

/** A tensor as TensorFlow.js's Node backend sees it. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** `TF_DataType` */
  readonly dtype: number;
}

/** `unknown-tensor`: a number that stands for no tensor, or no longer; `not-supported`: a function that is not here */
export type BindingErrorCode = 'unknown-tensor' | 'not-supported';

/** A call that the binding cannot serve. */
export class BindingError extends TensorFlowError<BindingErrorCode> {
  override readonly name = 'BindingError';
}

/** More outputs than this no operation of TensorFlow.js's kernels has; functions say how many they have. */
const FEW_OUTPUTS = 16;

/**
 * `TFJSBinding`, the contract between TensorFlow.js's Node backend and native code, on TensorFlow's C API. While a trace
 * is under way operations are added to its graph instead of executed.
 */
export class TensorFlowBinding {
  readonly TF_FLOAT = DataType.float32;
  readonly TF_INT32 = DataType.int32;
  readonly TF_INT64 = DataType.int64;
  readonly TF_BOOL = DataType.bool;
  readonly TF_COMPLEX64 = DataType.complex64;
  readonly TF_STRING = DataType.string;
  readonly TF_RESOURCE = DataType.resource;
  readonly TF_UINT8 = DataType.uint8;
  readonly TF_ATTR_STRING = AttributeType.string;
  readonly TF_ATTR_INT = AttributeType.int;
  readonly TF_ATTR_FLOAT = AttributeType.float;
  readonly TF_ATTR_BOOL = AttributeType.bool;
  readonly TF_ATTR_TYPE = AttributeType.type;
  readonly TF_ATTR_SHAPE = AttributeType.shape;
  readonly TF_ATTR_RESOURCE = AttributeType.resource;
  readonly TF_Version: string;

  private readonly entries = new Map<number, Entry>();
  private readonly definitions = new Map<string, OpDefinition>();
  private readonly status: Status;
  private readonly results = new BigUint64Array(FEW_OUTPUTS);
  private readonly resultCount = new Int32Array(1);
  private readonly outputArrays = new Map<number, BigUint64Array>();
  private bfloat16Products = false;
  private nextId = 1;
  private nextName = 1;
  private trace: GraphTrace | undefined;

  constructor(
    private readonly native: NativeLibrary,
    /** `TFE_Context*` */
    private readonly context: Pointer,
    private readonly hasGpu: boolean,
  ) {
    this.TF_Version = native.c.TF_Version();
    this.status = new Status(native.c);
  }

  /** The trace under way. */
  get activeTrace(): GraphTrace | undefined {
    return this.trace;
  }

  /** Whether matrix products are computed of bfloat16 operands. */
  get usesBfloat16(): boolean {
    return this.bfloat16Products;
  }

  /** Runs something with matrix products of bfloat16 operands, or of float32 ones. */
  withPrecision<Result>(bfloat16: boolean, work: () => Result): Result {
    const before = this.bfloat16Products;
    this.bfloat16Products = bfloat16;
    try {
      return work();
    } finally {
      this.bfloat16Products = before;
    }
  }

  /** @throws TensorFlowError of the memory it finds no room in */
  createTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    if (this.trace) return this.register(this.trace.constant(shape, dtype, values));
    return this.createEagerTensor(shape, dtype, values);
  }

  /** As `createTensor`, and a tensor with values even while a trace is under way. */
  createEagerTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    const { c } = this.native;
    const tensor = makeHostTensor(this.native, shape, dtype, values);
    const handle = c.TFE_NewTensorHandle(tensor, this.status.pointer);
    c.TF_DeleteTensor(tensor); // the handle holds it
    this.status.check(() => ({ op: 'createTensor', inputs: [] }));
    return this.register({ kind: 'eager', dtype, shape, handle });
  }

  /** Frees a tensor. @throws BindingError `unknown-tensor` */
  deleteTensor(id: number): void {
    const entry = this.entries.get(id) ?? this.entry(id);
    this.entries.delete(id);
    if (entry.kind === 'eager') this.native.c.TFE_DeleteTensorHandle(entry.handle);
    if (entry.kind === 'variable') this.release(entry.variable);
  }

  /**
   * Copies a tensor's values to JavaScript.
   * @throws TraceError `value-read` for a traced value, BindingError `unknown-tensor`, OpError
   */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    const entry = this.entry(id);
    if (entry.kind === 'symbolic') throw valueRead(entry);
    const values = this.withHandle(entry, (handle) => {
      const { c } = this.native;
      const tensor = c.TFE_TensorHandleResolve(handle, this.status.pointer);
      this.status.check(() => ({ op: 'read', inputs: [describeEntry(entry)] }));
      try {
        return readHostTensor(this.native, tensor, entry.dtype);
      } finally {
        c.TF_DeleteTensor(tensor);
      }
    });
    return values as Float32Array; // or what else the type has in JavaScript, as in tfjs-node's own binding
  }

  /**
   * Executes an operation, or adds it to the trace under way.
   * @throws OpError with the operation and the shapes it got
   */
  executeOp(
    op: string,
    attributes: readonly OpAttribute[],
    inputIds: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    return this.executeOnEntries(
      op,
      attributes,
      inputIds.map((id) => this.entry(id)),
      outputCount,
    );
  }

  /** As `executeOp`, with the entries of the inputs. */
  executeOnEntries(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Entry[],
    outputCount: number,
  ): TensorMetadata[] {
    const outputs = this.trace
      ? this.trace.operation(op, attributes, inputs, outputCount)
      : this.execute(op, attributes, inputs, outputCount);
    return outputs.map((entry) => this.metadata(entry));
  }

  /** Calls a function. @throws OpError */
  callFunction(
    { name, captures }: GraphFunction,
    inputIds: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    const inputs = inputIds.map((id) => this.entry(id));
    return this.execute(name, [], inputs, outputCount, captures).map((entry) => this.metadata(entry));
  }

  /** Makes a function of the trace under way. See `GraphTrace.finishFunction`. */
  finishTrace(name: string, inputs: readonly SymbolicEntry[], outputs: readonly Entry[]): GraphFunction {
    if (!this.trace) throw new TraceError('stale-value', 'finishTrace: no trace is under way.');
    const result = this.trace.finishFunction(this.context, this.uniqueName(name), inputs, outputs);
    for (const variable of result.variables) this.retain(variable);
    return result;
  }

  /** Starts a trace; operations are added to it until `endTrace`. @throws TraceError `already-tracing` */
  beginTrace(options: FunctionOptions): GraphTrace {
    if (this.trace) {
      throw new TraceError('already-tracing', 'compile: a trace is under way already; traces do not nest.');
    }
    this.trace = new GraphTrace(this.native, this.status, this.definitions, options);
    return this.trace;
  }

  /** Ends the trace under way and frees its graph; what it made is stale. */
  endTrace(): void {
    this.trace?.end();
    this.trace = undefined;
  }

  /** Remembers of a traced matrix that it is the transpose of another. */
  rememberTranspose(id: number, sourceId: number): void {
    const entry = this.entry(id);
    if (entry.kind === 'symbolic') entry.transposeOf = this.entry(sourceId);
  }

  /** Gives an entry a number. */
  register(entry: Entry): number {
    const id = this.nextId++;
    this.entries.set(id, entry);
    if (entry.kind === 'variable') this.retain(entry.variable);
    return id;
  }

  /** As TensorFlow.js wants to know an entry; registers it. */
  metadata(entry: Entry): TensorMetadata {
    return { id: this.register(entry), shape: [...entry.shape], dtype: entry.dtype };
  }

  /** @throws BindingError `unknown-tensor`, TraceError `stale-value` */
  entry(id: number): Entry {
    const entry = this.entries.get(id);
    if (!entry) {
      throw new BindingError(
        'unknown-tensor',
        `tensor ${id}: expected a tensor of this backend; was it disposed?`,
      );
    }
    if (entry.kind === 'symbolic' && entry.trace.isEnded) {
      throw new TraceError(
        'stale-value',
        `tensor ${describeEntry(entry)}: it was made while a function was traced, and that trace has ended. ` +
          'Return it from the compiled function instead of keeping it.',
      );
    }
    return entry;
  }

  /** A name that nothing else in this process has. */
  uniqueName(base: string): string {
    return `bertune_${base.replace(/\W/g, '_')}_${this.nextName++}`;
  }

  /**
   * A new variable with the value of a tensor; the memory is shared until one of them changes. Lives while it is retained
   * or a tensor stands for it (`register`).
   */
  createVariable(name: string, valueId: number): ResourceVariable {
    const { dtype, shape } = this.entry(valueId);
    const unique = this.uniqueName(name);
    const [handle] = this.executeHandles(
      'VarHandleOp',
      variableAttributes({ name: unique, dtype, shape }),
      [],
      1,
    );
    const variable = { name: unique, dtype, shape, handle, references: 0, isDestroyed: false };
    this.assignVariable(variable, valueId);
    return variable;
  }

  /** Gives a variable another value of the same shape and type. */
  assignVariable(variable: ResourceVariable, valueId: number): void {
    this.withHandle(this.entry(valueId), (value) => {
      this.executeHandles(
        'AssignVariableOp',
        [typeAttribute('dtype', variable.dtype)],
        [variable.handle, value],
        0,
      );
    });
  }

  /**
   * Runs an operation that changes variables in place, or adds it to the trace under way.
   * @param variables its first inputs
   * @param inputs those that follow
   */
  updateVariables(
    op: string,
    attributes: readonly OpAttribute[],
    variables: readonly ResourceVariable[],
    inputs: readonly Entry[],
  ): void {
    if (this.trace) {
      this.trace.update(op, attributes, variables, inputs);
      return;
    }
    const resources = variables.map(({ handle }): EagerEntry => ({
      kind: 'eager',
      dtype: DataType.resource,
      shape: [],
      handle,
    }));
    this.execute(op, attributes, [...resources, ...inputs], 0);
  }

  /** Copies a variable's value to JavaScript. */
  readVariable(variable: ResourceVariable): Float32Array {
    const { dtype, shape } = variable;
    const id = this.register({ kind: 'variable', dtype, shape, variable });
    try {
      return this.tensorDataSync(id) as Float32Array;
    } finally {
      this.deleteTensor(id);
    }
  }

  /** Keeps a variable alive. */
  retain(variable: ResourceVariable): void {
    variable.references++;
  }

  /** Undoes one `retain`; without any the variable and its value are freed. */
  release(variable: ResourceVariable): void {
    if (--variable.references > 0 || variable.isDestroyed) return;
    const ignore = { name: 'ignore_lookup_error', type: AttributeType.bool, value: true };
    this.executeHandles('DestroyResourceOp', [ignore], [variable.handle], 0);
    this.native.c.TFE_DeleteTensorHandle(variable.handle);
    variable.isDestroyed = true;
  }

  /** Removes a function from the context and frees what it captured. */
  removeFunction({ name, captures, variables }: GraphFunction): void {
    for (const handle of captures) this.native.c.TFE_DeleteTensorHandle(handle);
    for (const variable of variables) this.release(variable);
    this.native.c.TFE_ContextRemoveFunction(this.context, name, this.status.pointer);
    this.status.check(() => ({ op: name, inputs: [] }));
  }

  isUsingGpuDevice(): boolean {
    return this.hasGpu;
  }

  getNumOfTensors(): number {
    return this.entries.size;
  }

  getNumOfSavedModels(): number {
    return 0;
  }

  loadSavedModel(): number {
    throw notSupported('loadSavedModel');
  }

  deleteSavedModel(): void {
    throw notSupported('deleteSavedModel');
  }

  runSavedModel(): TensorMetadata[] {
    throw notSupported('runSavedModel');
  }

  private execute(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Entry[],
    outputCount: number,
    captures: readonly Pointer[] = [],
  ): EagerEntry[] {
    const temporary: Pointer[] = [];
    try {
      const handles = inputs.map((entry) => {
        if (entry.kind === 'eager') return entry.handle;
        const handle = this.handleOf(entry);
        temporary.push(handle);
        return handle;
      });
      const results = this.executeHandles(op, attributes, [...handles, ...captures], outputCount, inputs);
      return results.map((handle) => this.describe(op, handle));
    } finally {
      for (const handle of temporary) this.native.c.TFE_DeleteTensorHandle(handle);
    }
  }

  private executeHandles(
    op: string,
    attributes: readonly OpAttribute[],
    handles: readonly Pointer[],
    outputCount: number,
    inputs: readonly Entry[] = [],
  ): Pointer[] {
    const { c } = this.native;
    const context = () => ({ op, inputs: inputs.map(describeEntry) });
    const pointer = c.TFE_NewOp(this.context, op, this.status.pointer);
    this.status.check(context);
    try {
      setAttributes(c, this.status, 'TFE_OpSetAttr', pointer, attributes);
      for (const handle of handles) {
        c.TFE_OpAddInput(pointer, handle, this.status.pointer);
        this.status.check(context);
      }
      const results = outputCount <= FEW_OUTPUTS ? this.results : this.outputArray(outputCount);
      this.resultCount[0] = outputCount;
      c.TFE_Execute(pointer, results, this.resultCount, this.status.pointer);
      this.status.check(context);
      return Array.from({ length: this.resultCount[0] }, (_, i) => Number(results[i]));
    } finally {
      c.TFE_DeleteOp(pointer);
    }
  }

  private outputArray(count: number): BigUint64Array {
    let array = this.outputArrays.get(count);
    if (!array) this.outputArrays.set(count, (array = new BigUint64Array(count)));
    return array;
  }

  private describe(op: string, handle: Pointer): EagerEntry {
    const { c } = this.native;
    const dtype = c.TFE_TensorHandleDataType(handle);
    const rank = c.TFE_TensorHandleNumDims(handle, this.status.pointer);
    const shape = new Array<number>(Math.max(rank, 0));
    for (let i = 0; i < rank; i++) shape[i] = c.TFE_TensorHandleDim(handle, i, this.status.pointer);
    this.status.check(() => ({ op, inputs: [] }));
    return { kind: 'eager', dtype, shape, handle };
  }

  /** A handle of an entry's value, which the caller frees. */
  private handleOf(entry: Entry): Pointer {
    switch (entry.kind) {
      case 'symbolic':
        throw valueRead(entry);
      case 'variable': {
        const { dtype, handle } = entry.variable;
        return this.executeHandles('ReadVariableOp', [typeAttribute('dtype', dtype)], [handle], 1, [
          entry,
        ])[0];
      }
      case 'eager': {
        const copy = this.native.c.TFE_TensorHandleCopySharingTensor(entry.handle, this.status.pointer);
        this.status.check(() => ({ op: 'copy', inputs: [describeEntry(entry)] }));
        return copy;
      }
    }
  }

  private withHandle<Result>(entry: Entry, use: (handle: Pointer) => Result): Result {
    if (entry.kind === 'eager') return use(entry.handle);
    const handle = this.handleOf(entry);
    try {
      return use(handle);
    } finally {
      this.native.c.TFE_DeleteTensorHandle(handle);
    }
  }
}

/** Names the call that wanted the value: the function of TensorFlow.js, and who called it. */
function valueRead(entry: SymbolicEntry): TraceError {
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  const isLibrary = (frame: string): boolean =>
    /@tensorflow[/\\]|node_modules[/\\]|node:|tensorflow[/\\](src|dist)[/\\]/.test(frame);
  const caller = frames.findIndex((frame) => !isLibrary(frame) && !/<anonymous>$/.test(frame));
  const called = /at (?:async )?(\S+)/.exec(frames[caller - 1] ?? '')?.[1] ?? 'a read';
  const where = /\(?([^()\s]+:\d+:\d+)\)?$/.exec(frames[caller] ?? '')?.[1];
  return new TraceError(
    'value-read',
    `${called}${where ? ` at ${where}` : ''}: it reads the values of a tensor ${describeEntry(entry)} that is being traced, ` +
      'and has none before the compiled function runs. Return the tensor and read the result, or compute with tensors only.',
  );
}

function notSupported(name: string): BindingError {
  return new BindingError(
    'not-supported',
    `${name}: expected a call for tensors and operations; SavedModels are not loaded by this package.`,
  );
}
