import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';

/** What one value of a dataset or an attribute is. */
export interface Datatype {
  /** by safetensors' name where it has one, such as `F32`; otherwise HDF5's class, such as `STRING` */
  readonly name: string;
  /** bytes of one value */
  readonly size: number;
  readonly isBigEndian: boolean;
}

/** Classes without numbers that are read as such. */
const CLASSES: readonly string[] = [
  'INTEGER',
  'FLOAT',
  'TIME',
  'STRING',
  'BITFIELD',
  'OPAQUE',
  'COMPOUND',
  'REFERENCE',
  'ENUM',
  'VARIABLE_LENGTH',
  'ARRAY',
];

/** Floats that safetensors has too: bits, then place and bits of exponent and mantissa, then the exponent's bias. */
const FLOATS: ReadonlyMap<string, string> = new Map([
  ['16 10 5 0 10 15', 'F16'],
  ['16 7 8 0 7 127', 'BF16'],
  ['32 23 8 0 23 127', 'F32'],
  ['64 52 11 0 52 1023', 'F64'],
]);

/** Mantissa with a leading one that is not stored, as in every IEEE format. */
const IMPLIED_ONE = 2;

function integerName(size: number, isSigned: boolean, cursor: ByteCursor): string | undefined {
  const offset = cursor.unsigned(2);
  const precision = cursor.unsigned(2);
  const isWhole = offset === 0 && precision === 8 * size && [1, 2, 4, 8].includes(size);
  return isWhole ? `${isSigned ? 'I' : 'U'}${precision}` : undefined;
}

function floatName(size: number, bits: number, cursor: ByteCursor): string | undefined {
  const offset = cursor.unsigned(2);
  const precision = cursor.unsigned(2);
  const parts = [cursor.byte(), cursor.byte(), cursor.byte(), cursor.byte(), cursor.unsigned(4)];
  const sign = (bits >> 8) & 0xff;
  const isPlain =
    offset === 0 && precision === 8 * size && sign === 8 * size - 1 && ((bits >> 4) & 3) === IMPLIED_ONE;
  return isPlain ? FLOATS.get([precision, ...parts].join(' ')) : undefined;
}

/**
 * Reads a datatype message.
 * @throws Fault where the bytes end too soon
 */
export function readDatatype(cursor: ByteCursor): Datatype {
  const kind = cursor.byte() & 0x0f;
  const bits = cursor.byte() | (cursor.byte() << 8) | (cursor.byte() << 16);
  const size = cursor.unsigned(4) ?? Infinity;
  let name: string | undefined;
  if (kind === 0) name = integerName(size, (bits & 8) !== 0, cursor);
  // Bit 6 beside the order's bit 0 is the order of the VAX.
  else if (kind === 1 && (bits & 0x40) === 0) name = floatName(size, bits, cursor);
  const isText = kind === 9 && (bits & 0x0f) === 1;
  return {
    name: name ?? (isText ? 'VARIABLE_LENGTH_STRING' : (CLASSES[kind] ?? `CLASS_${kind}`)),
    size,
    isBigEndian: (bits & 1) !== 0 && kind <= 1,
  };
}
