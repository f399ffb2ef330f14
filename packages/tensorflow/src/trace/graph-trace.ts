import { type OpAttribute, setAttributes, shapeAttribute, typeAttribute } from '../c-api/attributes.js';
import type { NativeLibrary } from '../c-api/load-library.js';
import { type OpDefinition, readOpDefinition } from '../c-api/op-definition.js';
import { bytesField, varintField } from '../c-api/protobuf.js';
import type { Pointer, TF_Output } from '../c-api/signatures.js';
import type { Status } from '../c-api/status.js';
import { DataType } from '../tensors/data-type.js';
import {
  describeEntry,
  type EagerEntry,
  type Entry,
  entryBytes,
  type SymbolicEntry,
} from '../tensors/entries.js';
import { deleteHostTensor, type HostValues, makeHostTensor } from '../tensors/host-memory.js';
import { type ResourceVariable, variableAttributes } from '../tensors/resource-variable.js';
import { GradientFrontier } from './gradient-frontier.js';
import { type FunctionOptions, type GraphFunction, registerFunction } from './graph-function.js';
import { TraceError } from './trace-error.js';

/** Constants up to this size are compared with those that are there already. */
const LARGEST_KEY_BYTES = 64;

/**
 * A graph under construction. Operations are added instead of executed; tensors from outside become inputs of the
 * function (captures), variables are read once, constants are part of the graph.
 */
export class GraphTrace {
  private readonly graph: Pointer;
  private readonly captures = new Map<EagerEntry, { output: TF_Output; handle: Pointer }>();
  private readonly resources = new Map<ResourceVariable, TF_Output>();
  private readonly reads = new Map<ResourceVariable, SymbolicEntry>();
  private readonly constants = new Map<string, TF_Output>();
  private readonly lastAccess = new Map<ResourceVariable, Pointer>();
  private readonly effects: Pointer[] = [];
  private readonly frontier = new GradientFrontier();
  private count = 0;
  private largestBytes = 0;
  private ended = false;

  constructor(
    private readonly native: NativeLibrary,
    private readonly status: Status,
    private readonly definitions: Map<string, OpDefinition>,
    readonly options: FunctionOptions,
  ) {
    this.graph = native.c.TF_NewGraph();
  }

  /** Whether entries of this trace can no longer be used. */
  get isEnded(): boolean {
    return this.ended;
  }

  /** An input of the function. */
  placeholder(shape: readonly number[], dtype: number): SymbolicEntry {
    const output = this.add('Placeholder', [typeAttribute('dtype', dtype), shapeAttribute(shape)], []);
    return { kind: 'symbolic', dtype, shape, output: { oper: output, index: 0 }, trace: this };
  }

  /** A constant; small ones of the same value, such as shapes and permutations, are one. */
  constant(shape: readonly number[], dtype: number, values: HostValues): SymbolicEntry {
    const key = constantKey(shape, dtype, values);
    let output = this.constants.get(key);
    if (!output) {
      output = this.newConstant(shape, dtype, values);
      if (key !== '') this.constants.set(key, output);
    }
    return { kind: 'symbolic', dtype, shape, output, trace: this };
  }

  /**
   * Adds an operation.
   * @returns its outputs
   * @throws OpError where TensorFlow's shape inference refuses; TraceError `unknown-shape`
   */
  operation(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Entry[],
    outputCount: number,
  ): SymbolicEntry[] {
    const oper = this.add(op, attributes, inputs);
    if (outputCount === 0) this.effects.push(oper);
    return Array.from({ length: outputCount }, (_, index) => this.describe(op, { oper, index }));
  }

  /**
   * Adds an operation that changes variables; it happens whether or not its outputs are used, and after everything that
   * was traced before it and reads or changes the same variables.
   */
  update(
    op: string,
    attributes: readonly OpAttribute[],
    variables: readonly ResourceVariable[],
    inputs: readonly Entry[],
  ): void {
    const handles = variables.map((variable) => this.resourceEntry(variable));
    const before = variables.flatMap((variable) => this.lastAccess.get(variable) ?? []);
    const oper = this.add(op, attributes, [...handles, ...inputs], before);
    for (const variable of variables) this.lastAccess.set(variable, oper);
    this.effects.push(oper);
  }

  /** Gives a variable a value once the function has read it. */
  assign(variable: ResourceVariable, value: Entry): void {
    this.update('AssignVariableOp', [typeAttribute('dtype', variable.dtype)], [variable], [value]);
  }

  /** The value a variable has when the function starts. */
  readVariable(variable: ResourceVariable): SymbolicEntry {
    let read = this.reads.get(variable);
    if (!read) {
      const oper = this.add(
        'ReadVariableOp',
        [typeAttribute('dtype', variable.dtype)],
        [this.resourceEntry(variable)],
      );
      read = {
        kind: 'symbolic',
        dtype: variable.dtype,
        shape: variable.shape,
        output: { oper, index: 0 },
        trace: this,
      };
      this.reads.set(variable, read);
      this.lastAccess.set(variable, oper);
    }
    return read;
  }

  /** From here on the trace is that of a gradient, which starts at the loss. */
  beginGradient(loss: SymbolicEntry): void {
    this.frontier.begin(loss.output.oper);
  }

  /**
   * Ends the trace and makes a function of it, registered in the context.
   * @param inputs placeholders of this trace, in the order of the arguments
   * @param outputs in the order of the results
   */
  finishFunction(
    context: Pointer,
    name: string,
    inputs: readonly SymbolicEntry[],
    outputs: readonly Entry[],
  ): GraphFunction {
    const { native, status } = this;
    const captures = [...this.captures.values()];
    registerFunction(native, status, context, {
      graph: this.graph,
      name,
      inputs: [...inputs, ...captures].map(({ output }) => output),
      outputs: outputs.map((entry) => this.outputOf(entry)),
      effects: this.effects,
      options: this.options,
    });
    const handles = captures.map(({ handle }) => handle);
    this.captures.clear();
    const variables = [...this.resources.keys()];
    const workingBytes = this.frontier.keptBytes + 2 * this.largestBytes; // an operation's input and output
    return { name, captures: handles, variables, operations: this.count, workingBytes };
  }

  /** Frees the graph; entries of the trace are stale from now on. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    for (const { handle } of this.captures.values()) this.native.c.TFE_DeleteTensorHandle(handle);
    this.native.c.TF_DeleteGraph(this.graph);
  }

  private newConstant(shape: readonly number[], dtype: number, values: HostValues): TF_Output {
    const { c } = this.native;
    const tensor = makeHostTensor(this.native, shape, dtype, values);
    try {
      const description = c.TF_NewOperation(this.graph, 'Const', this.nextName('Const'));
      c.TF_SetAttrTensor(description, 'value', tensor, this.status.pointer);
      this.status.check(() => ({ op: 'Const', inputs: [] }));
      c.TF_SetAttrType(description, 'dtype', dtype);
      const oper = this.finish(description, 'Const', []);
      this.frontier.addSource(oper);
      return { oper, index: 0 };
    } finally {
      deleteHostTensor(this.native, tensor, dtype); // the graph has a copy
    }
  }

  private add(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly Entry[],
    after: readonly Pointer[] = [],
  ): Pointer {
    const { c } = this.native;
    const outputs = inputs.map((entry) => this.outputOf(entry));
    const definition = this.definitionOf(op);
    const description = c.TF_NewOperation(this.graph, op, this.nextName(op));
    this.addInputs(description, definition, outputs, attributes);
    for (const oper of after) c.TF_AddControlInput(description, oper);
    const frontier = this.frontier.waitsFor(op, outputs);
    if (frontier !== undefined) c.TF_AddControlInput(description, frontier);
    const own = attributes.filter(({ name }) => !definition.inferred.has(name));
    setAttributes(c, this.status, 'TF_SetAttr', description, own);
    const oper = this.finish(description, op, inputs);
    this.frontier.use(inputs.map((entry, i) => ({ output: outputs[i], bytes: entryBytes(entry) })));
    this.frontier.add(op, oper, frontier !== undefined);
    return oper;
  }

  private addInputs(
    description: Pointer,
    { isList }: OpDefinition,
    outputs: readonly TF_Output[],
    attributes: readonly OpAttribute[],
  ): void {
    const { c } = this.native;
    const lists = isList.filter(Boolean).length;
    const inLists = outputs.length - (isList.length - lists);
    const lengths = attributes.find(({ name }) => name === 'N')?.value;
    let at = 0;
    for (const list of isList) {
      if (list) {
        const length = lists === 1 ? inLists : Number(lengths);
        c.TF_AddInputList(description, outputs.slice(at, at + length), length);
        at += length;
      } else {
        c.TF_AddInput(description, outputs[at++]);
      }
    }
  }

  private finish(description: Pointer, op: string, inputs: readonly Entry[]): Pointer {
    const oper = this.native.c.TF_FinishOperation(description, this.status.pointer);
    this.status.check(() => ({ op, inputs: inputs.map(describeEntry) }));
    this.count++;
    return oper;
  }

  private describe(op: string, output: TF_Output): SymbolicEntry {
    const { c } = this.native;
    const rank = c.TF_GraphGetTensorNumDims(this.graph, output, this.status.pointer);
    const dims = new BigInt64Array(Math.max(rank, 0));
    if (rank > 0) c.TF_GraphGetTensorShape(this.graph, output, dims, rank, this.status.pointer);
    this.status.check(() => ({ op, inputs: [] }));
    const shape = Array.from(dims, Number);
    if (rank < 0 || shape.some((size) => size < 0)) {
      throw new TraceError(
        'unknown-shape',
        `${op}: the shape of its result depends on values, which a traced function does not have. ` +
          'Compute it outside of the compiled function and pass it in.',
      );
    }
    const entry: SymbolicEntry = {
      kind: 'symbolic',
      dtype: c.TF_OperationOutputType(output),
      shape,
      output,
      trace: this,
    };
    this.largestBytes = Math.max(this.largestBytes, entryBytes(entry));
    return entry;
  }

  private outputOf(entry: Entry): TF_Output {
    switch (entry.kind) {
      case 'symbolic':
        if (entry.trace !== this) {
          throw new TraceError(
            'stale-value',
            `tensor ${describeEntry(entry)}: it belongs to another trace. Return it from the function that made it.`,
          );
        }
        return entry.output;
      case 'variable':
        return this.readVariable(entry.variable).output;
      case 'eager':
        return this.capture(entry);
    }
  }

  private capture(entry: EagerEntry): TF_Output {
    const known = this.captures.get(entry);
    if (known) return known.output;
    const handle = this.native.c.TFE_TensorHandleCopySharingTensor(entry.handle, this.status.pointer);
    this.status.check(() => ({ op: 'capture', inputs: [describeEntry(entry)] }));
    const { output } = this.placeholder(entry.shape, entry.dtype);
    this.captures.set(entry, { output, handle });
    return output;
  }

  private resourceEntry(variable: ResourceVariable): SymbolicEntry {
    let output = this.resources.get(variable);
    if (!output) {
      output = this.options.jitCompile
        ? this.resourceInput(variable)
        : { oper: this.add('VarHandleOp', variableAttributes(variable), []), index: 0 };
      this.resources.set(variable, output);
    }
    return { kind: 'symbolic', dtype: DataType.resource, shape: [], output, trace: this };
  }

  /** A resource as an input of the function: XLA takes no other. The graph is told what the resource holds. */
  private resourceInput(variable: ResourceVariable): TF_Output {
    const { c } = this.native;
    const { dtype, shape, handle } = variable;
    const output = this.capture({ kind: 'eager', dtype: DataType.resource, shape: [], handle });
    const dims = shape.map((size) => bytesField(2, varintField(1, size))); // TensorShapeProto { dim { size } }
    const holds = bytesField(2, bytesField(1, ...dims), varintField(2, dtype)); // HandleShapeAndType { shape, dtype }
    const data = Buffer.concat([varintField(1, 1), holds]); // HandleData { is_set, shape_and_type }
    c.TF_SetHandleShapeAndType(this.graph, output, data, data.length, this.status.pointer);
    this.status.check(() => ({ op: 'TF_SetHandleShapeAndType', inputs: [] }));
    return output;
  }

  private definitionOf(op: string): OpDefinition {
    let definition = this.definitions.get(op);
    if (!definition) {
      definition = readOpDefinition(this.native, this.status, this.graph, op);
      this.definitions.set(op, definition);
    }
    return definition;
  }

  private nextName(op: string): string {
    return `${op}_${this.count}`;
  }
}

/** Names the values of a constant; '' for those too large to compare, and for strings. */
function constantKey(shape: readonly number[], dtype: number, values: HostValues): string {
  if (!ArrayBuffer.isView(values) || values.byteLength > LARGEST_KEY_BYTES) return '';
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  return `${dtype}[${shape.join()}]${bytes.toString('latin1')}`;
}
