/** `TF_DataType` of the types that tensors of ours may have. */
export const DataType = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  float16: 19,
  resource: 20,
  variant: 21,
  uint32: 22,
  uint64: 23,
} as const;

/** A `TF_DataType`. */
export type DataType = (typeof DataType)[keyof typeof DataType];

const BYTES: Readonly<Record<number, number>> = {
  [DataType.float32]: 4,
  [DataType.float64]: 8,
  [DataType.int32]: 4,
  [DataType.uint8]: 1,
  [DataType.int16]: 2,
  [DataType.int8]: 1,
  [DataType.complex64]: 8,
  [DataType.int64]: 8,
  [DataType.bool]: 1,
  [DataType.bfloat16]: 2,
  [DataType.uint16]: 2,
  [DataType.float16]: 2,
  [DataType.uint32]: 4,
  [DataType.uint64]: 8,
};

/** Bytes of one element; undefined for strings, resources and variants, whose elements are not plain memory. */
export function bytesPerElement(dtype: number): number | undefined {
  return BYTES[dtype];
}

/** How TensorFlow writes the type, e.g. `bfloat16`; the number when it is unknown. */
export function dataTypeName(dtype: number): string {
  return Object.entries(DataType).find(([, value]) => value === dtype)?.[0] ?? `type ${dtype}`;
}
