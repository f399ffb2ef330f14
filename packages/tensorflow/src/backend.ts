import * as tf from '@tensorflow/tfjs';
import { NodeJSKernelBackend } from '@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js';

import type { TensorFlowBinding, TensorMetadata } from './binding/tensorflow-binding.js';
import type { OpAttribute } from './c-api/attributes.js';
import { DataType } from './tensors/data-type.js';
import type { Entry } from './tensors/entries.js';
import type { HostValues } from './tensors/host-memory.js';
import type { GraphTrace } from './trace/graph-trace.js';

/** What the Node backend keeps of a tensor. */
interface TensorData {
  shape: number[];
  /** `TF_DataType` */
  dtype: number;
  /** values that TensorFlow has not seen yet */
  values: HostValues | null;
  /** the binding's number of it, -1 while there are only values */
  id: number;
  refCount: number;
  /** the trace that was under way when the values were given */
  madeIn?: GraphTrace | undefined;
  /** the constant of that trace which stands for the values */
  constantId?: number | undefined;
}

/** A tensor, or an `Int64Scalar` of tfjs-node, which has its value with it. */
type BackendInput = tf.TensorInfo & { readonly valueArray?: Int32Array };

/** The parts of TensorFlow.js's Node backend that are private in its types. */
interface OpenBackend extends tf.KernelBackend {
  readonly tensorMap: {
    get(dataId: tf.DataId): TensorData;
    set(dataId: tf.DataId, data: TensorData): void;
    has(dataId: tf.DataId): boolean;
    delete(dataId: tf.DataId): boolean;
  };
  createOutputTensor(metadata: TensorMetadata): tf.Tensor;
  getDTypeInteger(dtype: tf.DataType): number;
  applyActivation(
    x: tf.Tensor,
    activation: string | undefined,
    preluActivationWeights: tf.TensorInfo | undefined,
    leakyreluAlpha: number | undefined,
  ): tf.Tensor;
}

const NodeBackend = NodeJSKernelBackend as unknown as new (
  binding: TensorFlowBinding,
  packageName: string,
) => OpenBackend;

/** TensorFlow.js's types for those of TensorFlow's that it has no name for. */
const NEAREST: Readonly<Record<number, tf.DataType>> = {
  [DataType.bfloat16]: 'float32',
  [DataType.float16]: 'float32',
  [DataType.float64]: 'float32',
  [DataType.int64]: 'int32',
  [DataType.int16]: 'int32',
  [DataType.int8]: 'int32',
  [DataType.uint16]: 'int32',
  [DataType.uint32]: 'int32',
  [DataType.uint64]: 'int32',
};

/**
 * TensorFlow.js's Node backend on our binding. Its mapping from kernels to TensorFlow's operations is used as it is;
 * what differs is how tensors come to TensorFlow: values that were made outside of a trace never become constants of it,
 * and nothing is left behind.
 */
export class TensorFlowBackend extends NodeBackend {
  constructor(readonly engine: TensorFlowBinding) {
    super(engine, '@bertune/tensorflow');
  }

  /** Runs one operation of TensorFlow by its name. */
  run(op: string, attributes: readonly OpAttribute[], inputs: readonly tf.TensorInfo[]): tf.Tensor {
    return this.executeMultipleOutputs(op, attributes, inputs, 1)[0];
  }

  /** As `run`, on entries of the binding. */
  runOnEntries(op: string, attributes: readonly OpAttribute[], inputs: readonly Entry[]): tf.Tensor {
    return this.createOutputTensor(this.engine.executeOnEntries(op, attributes, inputs, 1)[0]);
  }

  /** The binding's number of a tensor; its values are handed to TensorFlow first where that is still to be done. */
  idOf(dataId: tf.DataId): number {
    const data = this.tensorMap.get(dataId);
    if (data.values === null) return data.id;
    const trace = this.engine.activeTrace;
    if (trace && data.madeIn === trace) {
      data.constantId ??= this.engine.createTensor(data.shape, data.dtype, data.values);
      return data.constantId;
    }
    data.id = this.engine.createEagerTensor(data.shape, data.dtype, data.values);
    data.values = null;
    return data.id;
  }

  /** What stands behind a tensor. */
  entryOf({ dataId }: { readonly dataId: tf.DataId }): Entry {
    return this.engine.entry(this.idOf(dataId));
  }

  /** A tensor for an entry of the binding. */
  tensorOf(entry: Entry): tf.Tensor {
    return this.createOutputTensor(this.engine.metadata(entry));
  }

  /** Lets a `tf.Variable` stand for an entry from now on. */
  assignEntry(variable: tf.Variable, entry: Entry): void {
    const tensor = this.tensorOf(entry);
    variable.assign(tensor);
    tensor.dispose();
  }

  /** Numbers of the inputs; those of tfjs-node's `Int64Scalar`s are new, and the caller's to delete. */
  getInputTensorIds(tensors: readonly BackendInput[]): number[] {
    return tensors.map((tensor) =>
      tensor.valueArray
        ? this.engine.createTensor([], DataType.int64, tensor.valueArray)
        : this.idOf(tensor.dataId),
    );
  }

  executeSingleOutput(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly tf.TensorInfo[],
  ): tf.Tensor {
    return this.executeMultipleOutputs(op, attributes, inputs, 1)[0];
  }

  executeMultipleOutputs(
    op: string,
    attributes: readonly OpAttribute[],
    inputs: readonly BackendInput[],
    outputCount: number,
  ): tf.Tensor[] {
    const ids = this.getInputTensorIds(inputs);
    try {
      return this.engine
        .executeOp(op, attributes, ids, outputCount)
        .map((metadata) => this.createOutputTensor(metadata));
    } finally {
      inputs.forEach(({ valueArray }, i) => {
        if (valueArray) this.engine.deleteTensor(ids[i]);
      });
    }
  }

  override createOutputTensor(metadata: TensorMetadata): tf.Tensor {
    const nearest = NEAREST[metadata.dtype];
    if (nearest === undefined) return super.createOutputTensor(metadata);
    const dataId = {};
    this.tensorMap.set(dataId, { ...metadata, values: null, refCount: 1 });
    return tf.engine().makeTensorFromTensorInfo({ dataId, shape: metadata.shape, dtype: nearest });
  }

  override write(values: tf.backend_util.BackendValues, shape: number[], dtype: tf.DataType): tf.DataId {
    const dataId = super.write(values, shape, dtype);
    this.tensorMap.get(dataId).madeIn = this.engine.activeTrace;
    return dataId;
  }

  override disposeData(dataId: tf.DataId, force = false): boolean {
    if (!this.tensorMap.has(dataId)) return true;
    const { constantId, refCount } = this.tensorMap.get(dataId);
    if (constantId !== undefined && (force || refCount === 1)) this.engine.deleteTensor(constantId);
    return super.disposeData(dataId, force);
  }
}
