import { DTYPE_BYTES, type SafetensorsDtype } from '../safetensors/dtype.js';

/** Types of TensorFlow's `DataType` that safetensors has too, under its names. */
const NAMES: ReadonlyMap<number, SafetensorsDtype> = new Map<number, SafetensorsDtype>([
  [1, 'F32'],
  [2, 'F64'],
  [3, 'I32'],
  [4, 'U8'],
  [5, 'I16'],
  [6, 'I8'],
  [8, 'C64'],
  [9, 'I64'],
  [10, 'BOOL'],
  [14, 'BF16'],
  [17, 'U16'],
  [19, 'F16'],
  [22, 'U32'],
  [23, 'U64'],
]);

/** `DT_STRING`: its tensors are lengths, a checksum and characters. */
const STRING_TYPE = 7;

/** Name of a type: safetensors' where it has one, otherwise `STRING` or TensorFlow's number. */
export function dtypeName(type: number): string {
  return NAMES.get(type) ?? (type === STRING_TYPE ? 'STRING' : `DT_${type}`);
}

/** Bytes of one value, or undefined where values differ in length or the type is unknown. */
export function bytesPerValue(type: number): number | undefined {
  const name = NAMES.get(type);
  return name && DTYPE_BYTES[name];
}

/** The type by safetensors' name, if it has one. */
export const numericType = (type: number): SafetensorsDtype | undefined => NAMES.get(type);

/** Turns values of `size` bytes from big-endian to little-endian, in place. */
export function swapBytes(bytes: Uint8Array, size: number): void {
  for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
}
