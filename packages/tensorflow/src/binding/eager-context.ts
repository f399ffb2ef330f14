import { type OpAttribute, setAttributes, typeAttribute } from '../c-api/attributes.js';
import type { NativeLibrary } from '../c-api/load-library.js';
import type { Pointer } from '../c-api/signatures.js';
import { Status } from '../c-api/status.js';
import { DataType } from '../tensors/data-type.js';
import { describeEntry, type EagerEntry, type Entry } from '../tensors/entries.js';
import { deleteHostTensor, type HostValues, makeHostTensor, readHostTensor } from '../tensors/host-memory.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import { valueRead } from '../trace/value-read.js';

/** More outputs than this no operation of TensorFlow.js's kernels has; functions may have more. */
const FEW_OUTPUTS = 16;

/** Executes operations one by one in TensorFlow's eager context. */
export class EagerContext {
  readonly status: Status;
  private readonly results = new BigUint64Array(FEW_OUTPUTS);
  private readonly resultCount = new Int32Array(1);

  constructor(
    readonly native: NativeLibrary,
    /** `TFE_Context*` */
    readonly pointer: Pointer,
  ) {
    this.status = new Status(native.c);
  }

  /** A new tensor with these values. @throws HostTensorError */
  create(shape: readonly number[], dtype: number, values: HostValues): EagerEntry {
    const { c } = this.native;
    const tensor = makeHostTensor(this.native, shape, dtype, values);
    const handle = c.TFE_NewTensorHandle(tensor, this.status.pointer);
    if (dtype === DataType.string)
      return { kind: 'eager', dtype, shape, handle: this.ownStrings(tensor, handle) };
    c.TF_DeleteTensor(tensor); // the handle holds it
    this.status.check(() => ({ op: 'createTensor', inputs: [] }));
    return { kind: 'eager', dtype, shape, handle };
  }

  /** Copies a tensor's values to JavaScript. @throws HostTensorError, OpError; TraceError for a traced value */
  read(entry: Entry): ArrayBufferView | Uint8Array[] {
    return this.withHandle(entry, (handle) => {
      const { c } = this.native;
      const tensor = c.TFE_TensorHandleResolve(handle, this.status.pointer);
      this.status.check(() => ({ op: 'read', inputs: [describeEntry(entry)] }));
      try {
        return readHostTensor(this.native, tensor, entry.dtype);
      } finally {
        c.TF_DeleteTensor(tensor);
      }
    });
  }

  /**
   * Executes an operation or a function.
   * @param captures handles that follow the inputs
   * @throws OpError
   */
  execute(
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

  /**
   * As `execute`, on bare handles.
   * @param inputs for error messages
   * @returns handles that the caller frees
   */
  executeHandles(
    op: string,
    attributes: readonly OpAttribute[],
    handles: readonly Pointer[],
    outputCount: number,
    inputs: readonly Entry[] = [],
  ): Pointer[] {
    const { c } = this.native;
    const context = () => ({ op, inputs: inputs.map(describeEntry) });
    const pointer = c.TFE_NewOp(this.pointer, op, this.status.pointer);
    this.status.check(context);
    try {
      setAttributes(c, this.status, 'TFE_OpSetAttr', pointer, attributes);
      for (const handle of handles) {
        c.TFE_OpAddInput(pointer, handle, this.status.pointer);
        this.status.check(context);
      }
      const results = outputCount <= FEW_OUTPUTS ? this.results : new BigUint64Array(outputCount);
      this.resultCount[0] = outputCount;
      c.TFE_Execute(pointer, results, this.resultCount, this.status.pointer);
      this.status.check(context);
      return Array.from({ length: this.resultCount[0] }, (_, i) => Number(results[i]));
    } finally {
      c.TFE_DeleteOp(pointer);
    }
  }

  /** Lends a handle of an entry's value. */
  withHandle<Result>(entry: Entry, use: (handle: Pointer) => Result): Result {
    if (entry.kind === 'eager') return use(entry.handle);
    const handle = this.handleOf(entry);
    try {
      return use(handle);
    } finally {
      this.native.c.TFE_DeleteTensorHandle(handle);
    }
  }

  /** A copy of a tensor of strings whose strings TensorFlow frees with it; the original is freed. */
  private ownStrings(tensor: Pointer, handle: Pointer): Pointer {
    try {
      this.status.check(() => ({ op: 'createTensor', inputs: [] }));
      return this.executeHandles('DeepCopy', [typeAttribute('T', DataType.string)], [handle], 1)[0];
    } finally {
      if (handle !== 0) this.free(handle);
      deleteHostTensor(this.native, tensor, DataType.string);
    }
  }

  /** Frees a handle. */
  free(handle: Pointer): void {
    this.native.c.TFE_DeleteTensorHandle(handle);
  }

  private handleOf(entry: Exclude<Entry, EagerEntry>): Pointer {
    if (entry.kind === 'symbolic') throw valueRead(entry);
    return this.readVariable(entry.variable, entry);
  }

  private readVariable({ dtype, handle }: ResourceVariable, entry: Entry): Pointer {
    return this.executeHandles('ReadVariableOp', [typeAttribute('dtype', dtype)], [handle], 1, [entry])[0];
  }

  private describe(op: string, handle: Pointer): EagerEntry {
    const { c } = this.native;
    const dtype = c.TFE_TensorHandleDataType(handle);
    if (dtype === DataType.resource) return { kind: 'eager', dtype, shape: [], handle };
    const rank = c.TFE_TensorHandleNumDims(handle, this.status.pointer);
    const shape = new Array<number>(Math.max(rank, 0));
    for (let i = 0; i < rank; i++) shape[i] = c.TFE_TensorHandleDim(handle, i, this.status.pointer);
    this.status.check(() => ({ op, inputs: [] }));
    return { kind: 'eager', dtype, shape, handle };
  }
}
