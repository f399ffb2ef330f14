import type { Fault } from '../tensor-bundle/byte-cursor.js';
import { kindOf, PickleTuple } from './pickle-values.js';

/** A type of numbers: its name in safetensors, or in PyTorch where safetensors has none, and its bytes per value. */
export interface TorchType {
  readonly name: string;
  readonly bytes: number;
}

const type = (name: string, bytes: number): TorchType => ({ name, bytes });

/** Types of the numbers in PyTorch's storages, by the name of `torch.NAMEStorage`. */
export const STORAGE_TYPES: ReadonlyMap<string, TorchType> = new Map([
  ['Double', type('F64', 8)],
  ['Float', type('F32', 4)],
  ['Half', type('F16', 2)],
  ['BFloat16', type('BF16', 2)],
  ['Long', type('I64', 8)],
  ['Int', type('I32', 4)],
  ['Short', type('I16', 2)],
  ['Char', type('I8', 1)],
  ['Byte', type('U8', 1)],
  ['Bool', type('BOOL', 1)],
  ['ComplexFloat', type('C64', 8)],
  ['ComplexDouble', type('complex128', 16)],
  ['QInt8', type('qint8', 1)],
  ['QUInt8', type('quint8', 1)],
  ['QInt32', type('qint32', 4)],
  ['Untyped', type('U8', 1)],
]);

/** The same by the name of a dtype, `torch.NAME`. */
export const DTYPES: ReadonlyMap<string, TorchType> = new Map([
  ['float64', type('F64', 8)],
  ['float32', type('F32', 4)],
  ['float16', type('F16', 2)],
  ['bfloat16', type('BF16', 2)],
  ['int64', type('I64', 8)],
  ['int32', type('I32', 4)],
  ['int16', type('I16', 2)],
  ['int8', type('I8', 1)],
  ['uint64', type('U64', 8)],
  ['uint32', type('U32', 4)],
  ['uint16', type('U16', 2)],
  ['uint8', type('U8', 1)],
  ['bool', type('BOOL', 1)],
  ['complex64', type('C64', 8)],
  ['complex128', type('complex128', 16)],
  ['float8_e4m3fn', type('F8_E4M3', 1)],
  ['float8_e5m2', type('F8_E5M2', 1)],
]);

/** A row of numbers in the file, which tensors are views of. */
export class TorchStorage {
  /**
   * @param key its name in the file
   * @param type of its numbers
   * @param count numbers it has
   * @param root bytes that the storage of that name has
   * @param start byte of the storage of that name where this one begins
   */
  constructor(
    readonly key: string,
    readonly type: TorchType,
    readonly count: number,
    readonly root: number,
    readonly start: number,
  ) {}
}

/** A tensor as the pickle describes it: a view of a storage. */
export class TorchTensor {
  /**
   * @param storage whose numbers it shows
   * @param type of the numbers
   * @param start byte of the storage of that name where its first number is
   * @param shape row-major
   * @param strides numbers between neighbours, for each axis
   */
  constructor(
    readonly storage: TorchStorage,
    readonly type: TorchType,
    readonly start: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}

  /** Numbers it has. */
  get length(): number {
    return this.shape.reduce((product, size) => product * size, 1);
  }

  /** Numbers from its first to its last, both included, in the storage. */
  get extent(): number {
    return extent(this.shape, this.strides);
  }
}

function extent(shape: readonly number[], strides: readonly number[]): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((last, size, axis) => last + (size - 1) * strides[axis], 1);
}

/** An integer from 0 that a number holds exactly. */
export const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

/** More axes than PyTorch allows. */
const MOST_AXES = 64;

/**
 * A tensor as PyTorch rebuilds it, checked against its storage: it lies inside, and has no more numbers than there are.
 * @throws what `fault` makes
 */
export function viewOf(
  storage: unknown,
  offset: unknown,
  size: unknown,
  strides: unknown,
  dtype: TorchType | undefined,
  fault: Fault,
): TorchTensor {
  if (!(storage instanceof TorchStorage)) throw fault(`a tensor of ${kindOf(storage)}, not of a storage`);
  const shape = size instanceof PickleTuple ? size.items : undefined;
  const steps = strides instanceof PickleTuple ? strides.items : undefined;
  if (!shape?.every(isSize) || !steps?.every(isSize) || !isSize(offset)) {
    throw fault('a tensor whose offset, sizes and strides are not integers from 0');
  }
  if (shape.length !== steps.length || shape.length > MOST_AXES) {
    throw fault(`a tensor of ${shape.length} sizes and ${steps.length} strides`);
  }
  const type = dtype ?? storage.type;
  const start = storage.start + offset * type.bytes;
  const tensor = new TorchTensor(storage, type, start, shape, steps);
  const there = (storage.count * storage.type.bytes) / type.bytes;
  const found = `a tensor of shape [${shape.join(', ')}], strides [${steps.join(', ')}] at number ${offset}`;
  if (tensor.length > 0 && !(offset + tensor.extent <= there)) {
    throw fault(`${found} of storage ${JSON.stringify(storage.key)}, which has ${there}`);
  }
  // PyTorch can repeat numbers without storing them; in memory of our own they would take more than the file has.
  if (!(tensor.length <= there)) {
    throw fault(
      `${found} repeats the ${there} of storage ${JSON.stringify(storage.key)}; call clone() on it before torch.save`,
    );
  }
  return tensor;
}

/** Whether a tensor's numbers lie one after the other, as in memory of our own. */
export function isContiguous({ shape, strides }: TorchTensor): boolean {
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    if (shape[axis] !== 1 && strides[axis] !== step) return false;
    step *= shape[axis];
  }
  return true;
}

/**
 * Numbers of a tensor in the order of its axes.
 * @param values from its first number in the storage to its last
 */
export function gathered(values: Float32Array, tensor: TorchTensor): Float32Array {
  if (isContiguous(tensor)) return values;
  const { shape, strides } = tensor;
  const result = new Float32Array(tensor.length);
  const index = shape.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = values[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return result;
}
