import { AttributeType, type OpAttribute } from '../c-api/attributes.js';
import type { OpDefinition } from '../c-api/op-definition.js';
import { TensorFlowError } from '../errors.js';
import { SavedModelStore } from '../saved-model/saved-model-store.js';
import { DataType } from '../tensors/data-type.js';
import { describeEntry, type EagerEntry, type Entry, type SymbolicEntry } from '../tensors/entries.js';
import type { HostValues } from '../tensors/host-memory.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import type { FunctionOptions, GraphFunction } from '../trace/graph-function.js';
import { GraphTrace } from '../trace/graph-trace.js';
import { TraceError } from '../trace/trace-error.js';
import type { EagerContext } from './eager-context.js';
import type { FusedOperations } from './fused-operations.js';
import { VariableStore } from './variable-store.js';

/** A tensor as TensorFlow.js's Node backend sees it. */
export interface TensorMetadata {
  readonly id: number;
  readonly shape: number[];
  /** `TF_DataType` */
  readonly dtype: number;
}

/** `unknown-tensor`: a number that stands for no tensor, or no longer */
export type BindingErrorCode = 'unknown-tensor';

/** A call that the binding cannot serve. */
export class BindingError extends TensorFlowError<BindingErrorCode> {
  override readonly name = 'BindingError';
}

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

  /** TensorFlow's variables. */
  readonly variables: VariableStore;
  private readonly savedModels: SavedModelStore;
  private readonly entries = new Map<number, Entry>();
  private readonly definitions = new Map<string, OpDefinition>();
  private bfloat16Products = false;
  private nextId = 1;
  private nextName = 1;
  private trace: GraphTrace | undefined;

  constructor(
    private readonly context: EagerContext,
    private readonly hasGpu: boolean,
    private readonly fused: FusedOperations,
  ) {
    this.TF_Version = context.native.c.TF_Version();
    this.savedModels = new SavedModelStore(context);
    this.variables = new VariableStore(context, (base) => this.uniqueName(base));
  }

  /** The trace under way. */
  get activeTrace(): GraphTrace | undefined {
    return this.trace;
  }

  /** Whether matrix products are computed of bfloat16 operands. */
  get usesBfloat16(): boolean {
    return this.bfloat16Products;
  }

  /** Whether an operation is fused here and now: XLA has its own ways, and bfloat16 products are rounded by us. */
  fuses(what: keyof FusedOperations): boolean {
    return this.fused[what] && !this.bfloat16Products && !this.trace?.options.jitCompile;
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

  /** A new tensor; a constant while a trace is under way. @throws HostTensorError */
  createTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    if (this.trace) return this.register(this.trace.constant(shape, dtype, values));
    return this.createEagerTensor(shape, dtype, values);
  }

  /** As `createTensor`, and a tensor with values even while a trace is under way. */
  createEagerTensor(shape: readonly number[], dtype: number, values: HostValues): number {
    return this.register(this.context.create(shape, dtype, values));
  }

  /** Frees a tensor. @throws BindingError `unknown-tensor` */
  deleteTensor(id: number): void {
    const entry = this.entries.get(id) ?? this.entry(id);
    this.entries.delete(id);
    if (entry.kind === 'eager') this.context.free(entry.handle);
    if (entry.kind === 'variable') this.variables.release(entry.variable);
  }

  /**
   * Copies a tensor's values to JavaScript.
   * @throws TraceError `value-read` for a traced value, BindingError `unknown-tensor`, OpError
   */
  tensorDataSync(id: number): Float32Array | Int32Array | Uint8Array {
    return this.context.read(this.entry(id)) as Float32Array; // or what else the type has, as in tfjs-node's binding
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
    const inputs = inputIds.map((id) => this.entry(id));
    return this.executeOnEntries(op, attributes, inputs, outputCount);
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
      : this.context.execute(op, attributes, inputs, outputCount);
    return outputs.map((entry) => this.metadata(entry));
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
    this.context.execute(op, attributes, [...resources, ...inputs], 0);
  }

  /** Starts a trace; operations are added to it until `endTrace`. @throws TraceError `already-tracing` */
  beginTrace(options: FunctionOptions): GraphTrace {
    if (this.trace) {
      throw new TraceError('already-tracing', 'compile: a trace is under way already; traces do not nest.');
    }
    const { native, status } = this.context;
    this.trace = new GraphTrace(native, status, this.definitions, options);
    return this.trace;
  }

  /** Makes a function of the trace under way. See `GraphTrace.finishFunction`. */
  finishTrace(name: string, inputs: readonly SymbolicEntry[], outputs: readonly Entry[]): GraphFunction {
    if (!this.trace) throw new TraceError('stale-value', 'finishTrace: no trace is under way.');
    const result = this.trace.finishFunction(this.context.pointer, this.uniqueName(name), inputs, outputs);
    for (const variable of result.variables) this.variables.retain(variable);
    return result;
  }

  /** Ends the trace under way and frees its graph; what it made is stale. */
  endTrace(): void {
    this.trace?.end();
    this.trace = undefined;
  }

  /** Calls a function. @throws OpError */
  callFunction(
    { name, captures }: GraphFunction,
    inputIds: readonly number[],
    outputCount: number,
  ): TensorMetadata[] {
    const inputs = inputIds.map((id) => this.entry(id));
    return this.context.execute(name, [], inputs, outputCount, captures).map((entry) => this.metadata(entry));
  }

  /** Removes a function from the context and frees what it captured. */
  removeFunction({ name, captures, variables }: GraphFunction): void {
    const { native, pointer, status } = this.context;
    for (const handle of captures) this.context.free(handle);
    for (const variable of variables) this.variables.release(variable);
    native.c.TFE_ContextRemoveFunction(pointer, name, status.pointer);
    status.check(() => ({ op: name, inputs: [] }));
  }

  /** Remembers of a traced matrix that it is the transpose of another. */
  rememberTranspose(id: number, sourceId: number): void {
    const entry = this.entry(id);
    if (entry.kind === 'symbolic') entry.transposeOf = this.entry(sourceId);
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

  isUsingGpuDevice(): boolean {
    return this.hasGpu;
  }

  getNumOfTensors(): number {
    return this.entries.size;
  }

  getNumOfSavedModels(): number {
    return this.savedModels.count;
  }

  /** @throws OpError; see `SavedModelStore` */
  loadSavedModel(directory: string, tags: string): number {
    return this.savedModels.load(directory, tags);
  }

  /** @throws SavedModelError */
  deleteSavedModel(id: number): void {
    this.savedModels.delete(id);
  }

  /** Runs a SavedModel; names are separated by commas. @throws SavedModelError, OpError */
  runSavedModel(
    id: number,
    inputIds: readonly number[],
    inputNames: string,
    outputNames: string,
  ): TensorMetadata[] {
    const inputs = inputIds.map((inputId) => this.entry(inputId));
    const names = (list: string): string[] => (list === '' ? [] : list.split(','));
    return this.savedModels
      .run(id, inputs, names(inputNames), names(outputNames))
      .map((entry) => this.metadata(entry));
  }

  /** Gives an entry a number. */
  private register(entry: Entry): number {
    const id = this.nextId++;
    this.entries.set(id, entry);
    if (entry.kind === 'variable') this.variables.retain(entry.variable);
    return id;
  }

  private uniqueName(base: string): string {
    return `bertune_${base.replace(/\W/g, '_')}_${this.nextName++}`;
  }
}
