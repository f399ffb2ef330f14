import type { NativeLibrary } from '../c-api/load-library.js';
import type { Pointer } from '../c-api/signatures.js';
import { TensorFlowError } from '../errors.js';
import { bytesPerElement, DataType, dataTypeName } from './data-type.js';

/** Values as TensorFlow.js hands them over or wants them: one typed array, or the bytes of each string. */
export type HostValues = ArrayBufferView | readonly Uint8Array[];

/**
 * - `no-room`: TensorFlow could not allocate the tensor
 * - `wrong-size`: the values are not as many as the shape has elements
 * - `not-readable`: of a type whose elements are not plain values, such as a resource
 */
export type HostTensorErrorCode = 'no-room' | 'wrong-size' | 'not-readable';

/** Values that cannot cross between JavaScript and TensorFlow. */
export class HostTensorError extends TensorFlowError<HostTensorErrorCode> {
  override readonly name = 'HostTensorError';
}

const TSTRING_BYTES = 24;

/**
 * A new `TF_Tensor` in host memory with these values.
 * @param values of the type that `dtype` has in TensorFlow.js; int64: `BigInt64Array`, or `Int32Array` of low and high
 *   halves
 * @returns free it with `deleteHostTensor`
 * @throws HostTensorError `no-room`, `wrong-size`
 */
export function makeHostTensor(
  { c, memory }: NativeLibrary,
  shape: readonly number[],
  dtype: number,
  values: HostValues,
): Pointer {
  const count = shape.reduce((product, size) => product * size, 1);
  if (dtype === DataType.string) {
    const strings = values as readonly Uint8Array[];
    if (strings.length !== count) throw wrongSize(shape, dtype, `${count} strings`, strings.length);
    return makeStringTensor({ c, memory }, shape, strings);
  }
  const bytes = count * elementBytes(dtype);
  const view = values as ArrayBufferView;
  if (view.byteLength !== bytes) throw wrongSize(shape, dtype, `${bytes} bytes of values`, view.byteLength);
  const tensor = allocate({ c, memory }, shape, dtype, bytes);
  if (bytes > 0) memory.write(c.TF_TensorData(tensor), view);
  return tensor;
}

/**
 * Frees what `makeHostTensor` made. TensorFlow does not know that its buffer holds strings with memory of their own: what
 * outlives this must be a copy.
 */
export function deleteHostTensor({ c }: NativeLibrary, tensor: Pointer, dtype: number): void {
  if (dtype === DataType.string) {
    const start = c.TF_TensorData(tensor);
    const bytes = c.TF_TensorByteSize(tensor);
    for (let at = 0; at < bytes; at += TSTRING_BYTES) c.TF_StringDealloc(start + at);
  }
  c.TF_DeleteTensor(tensor);
}

/**
 * Copies the values of a `TF_Tensor`.
 * @returns Float32Array, Int32Array, Uint8Array (uint8 and bool), BigInt64Array, ... ; bfloat16 comes as
 *   Float32Array, float16 as its bits in a Uint16Array; strings as an array of their bytes
 * @throws HostTensorError `not-readable`
 */
export function readHostTensor(
  { c, memory }: NativeLibrary,
  tensor: Pointer,
  dtype: number,
): ArrayBufferView | Uint8Array[] {
  const byteLength = c.TF_TensorByteSize(tensor);
  if (dtype === DataType.string) return readStrings({ c, memory }, tensor, byteLength / TSTRING_BYTES);
  const values = makeArray(dtype, byteLength / elementBytes(dtype));
  if (byteLength > 0) memory.read(values, c.TF_TensorData(tensor));
  return dtype === DataType.bfloat16 ? bfloat16ToFloat32(values as Uint16Array) : values;
}

function wrongSize(
  shape: readonly number[],
  dtype: number,
  expected: string,
  found: number,
): HostTensorError {
  return new HostTensorError(
    'wrong-size',
    `tensor of ${dataTypeName(dtype)} [${shape.join(', ')}]: expected ${expected}, found ${found}.`,
  );
}

function allocate({ c }: NativeLibrary, shape: readonly number[], dtype: number, bytes: number): Pointer {
  const tensor = c.TF_AllocateTensor(dtype, BigInt64Array.from(shape, BigInt), shape.length, bytes);
  if (tensor !== 0 && (bytes === 0 || c.TF_TensorData(tensor) !== 0)) return tensor;
  throw new HostTensorError(
    'no-room',
    `tensor of ${dataTypeName(dtype)} [${shape.join(', ')}]: no room for ${bytes} bytes. Free tensors, or use smaller ones.`,
  );
}

function makeStringTensor(
  native: NativeLibrary,
  shape: readonly number[],
  values: readonly Uint8Array[],
): Pointer {
  const { c } = native;
  const tensor = allocate(native, shape, DataType.string, values.length * TSTRING_BYTES);
  const start = c.TF_TensorData(tensor);
  values.forEach((bytes, i) => {
    c.TF_StringInit(start + i * TSTRING_BYTES);
    c.TF_StringCopy(start + i * TSTRING_BYTES, bytes, bytes.byteLength);
  });
  return tensor;
}

function readStrings({ c, memory }: NativeLibrary, tensor: Pointer, count: number): Uint8Array[] {
  const start = c.TF_TensorData(tensor);
  return Array.from({ length: count }, (_, i) => {
    const at = start + i * TSTRING_BYTES;
    const bytes = new Uint8Array(c.TF_StringGetSize(at));
    memory.read(bytes, c.TF_StringGetDataPointer(at));
    return bytes;
  });
}

function elementBytes(dtype: number): number {
  const bytes = bytesPerElement(dtype);
  if (bytes !== undefined) return bytes;
  throw new HostTensorError(
    'not-readable',
    `tensor of ${dataTypeName(dtype)}: expected a type with plain values; this one stays on the device.`,
  );
}

function makeArray(dtype: number, length: number): ArrayBufferView {
  switch (dtype) {
    case DataType.float32:
      return new Float32Array(length);
    case DataType.float64:
      return new Float64Array(length);
    case DataType.int32:
      return new Int32Array(length);
    case DataType.int16:
      return new Int16Array(length);
    case DataType.int8:
      return new Int8Array(length);
    case DataType.uint32:
      return new Uint32Array(length);
    case DataType.uint16:
    case DataType.bfloat16:
    case DataType.float16:
      return new Uint16Array(length);
    case DataType.int64:
      return new BigInt64Array(length);
    case DataType.uint64:
      return new BigUint64Array(length);
    case DataType.complex64:
      return new Float32Array(2 * length);
    default:
      return new Uint8Array(length);
  }
}

/** A bfloat16 is the upper half of a float32. */
function bfloat16ToFloat32(halves: Uint16Array): Float32Array {
  const words = Uint32Array.from(halves, (half) => (half << 16) >>> 0);
  return new Float32Array(words.buffer);
}
