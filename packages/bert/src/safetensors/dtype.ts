/**
 * Number formats of safetensors and their conversion to and from float32. Little-endian, as the format and every
 * platform that runs JavaScript engines with WebAssembly.
 */

/** Bytes per value of each dtype. */
export const DTYPE_BYTES = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  C64: 8,
} as const;

/** Name of a dtype in a safetensors header. */
export type SafetensorsDtype = keyof typeof DTYPE_BYTES;

/** Types whose values are model parameters; the others are counters, masks, or quantised codes. */
export const FLOAT_DTYPES: ReadonlySet<SafetensorsDtype> = new Set(['F64', 'F32', 'F16', 'BF16']);

/** Whether a dtype, of any format, is one of them. */
export const isFloat = (dtype: string): boolean => (FLOAT_DTYPES as ReadonlySet<string>).has(dtype);

/** Float formats this package writes, by their name in `config.json`. */
export type SaveDtype = 'float32' | 'float16' | 'bfloat16';

/** Name of each written format in the header. */
export const SAVE_DTYPES: Readonly<Record<SaveDtype, SafetensorsDtype>> = {
  float32: 'F32',
  float16: 'F16',
  bfloat16: 'BF16',
};

/**
 * float16 to float32, exact. Exponent and mantissa are moved into place as they are, which leaves a value 2^112 times
 * too small, subnormals included; one exact multiplication puts that right.
 */
export function fromFloat16(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const magnitude = (half & 0x7fff) << 13;
    const sign = (half & 0x8000) << 16;
    if (magnitude >= 0x0f800000) {
      bits[i] = sign | 0x7f800000 | magnitude;
    } else {
      bits[i] = sign | magnitude;
      values[i] *= 2 ** 112;
    }
  }
  return values;
}

/** bfloat16 to float32, exact: the upper half of the float32. */
export function fromBfloat16(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let i = 0; i < halves.length; i++) bits[i] = halves[i] << 16;
  return new Float32Array(bits.buffer);
}

const bitsOf = (values: Float32Array): Uint32Array =>
  new Uint32Array(values.buffer, values.byteOffset, values.length);

/** float32 to float16, to nearest with ties to even; from 65520 on the result is infinite. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const magnitude = bits[i] & 0x7fffffff;
    const sign = (bits[i] >>> 16) & 0x8000;
    let half: number;
    if (magnitude > 0x7f800000) half = 0x7e00;
    else if (magnitude >= 0x477ff000) half = 0x7c00;
    // Normal: the exponent's bias falls by 112; the carry of rounding runs into it as it should.
    else if (magnitude >= 0x38800000)
      half = (magnitude - 0x38000000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13;
    // Subnormal: a multiple of 2^-24. Adding 2^23 units of it lets float32 arithmetic round to even.
    else half = Math.fround(Math.abs(values[i]) + 0.5) * 2 ** 24 - 2 ** 23;
    halves[i] = sign | half;
  }
  return halves;
}

/** float32 to bfloat16, to nearest with ties to even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = bitsOf(values);
  const halves = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const isNaN = (bits[i] & 0x7fffffff) > 0x7f800000;
    halves[i] = isNaN ? 0x7fc0 : (bits[i] + 0x7fff + ((bits[i] >>> 16) & 1)) >>> 16;
  }
  return halves;
}

const READERS: Partial<Record<SafetensorsDtype, (bytes: Uint8Array) => ArrayLike<number> | BigInt64Array>> = {
  F64: (bytes) => new Float64Array(bytes.buffer),
  I64: (bytes) => new BigInt64Array(bytes.buffer),
  I32: (bytes) => new Int32Array(bytes.buffer),
  I16: (bytes) => new Int16Array(bytes.buffer),
  I8: (bytes) => new Int8Array(bytes.buffer),
  U32: (bytes) => new Uint32Array(bytes.buffer),
  U16: (bytes) => new Uint16Array(bytes.buffer),
  U8: (bytes) => bytes,
  BOOL: (bytes) => bytes,
};

/** Whether `toFloat32` knows the dtype. */
export function isReadable(dtype: SafetensorsDtype): boolean {
  return dtype === 'F32' || dtype === 'F16' || dtype === 'BF16' || READERS[dtype] !== undefined;
}

/**
 * Values of a tensor as float32: exact for F32, F16 and BF16, to nearest for F64.
 * @param bytes the tensor's own buffer, from its beginning; for F32 the result shares it
 * @returns index of the first integer, or finite F64, that float32 cannot represent (integers exactly) in
 *   `inexactAt`, or -1
 */
export function toFloat32(
  dtype: SafetensorsDtype,
  bytes: Uint8Array<ArrayBuffer>,
): { values: Float32Array; inexactAt: number } {
  if (dtype === 'F32') return { values: new Float32Array(bytes.buffer), inexactAt: -1 };
  if (dtype === 'F16') return { values: fromFloat16(new Uint16Array(bytes.buffer)), inexactAt: -1 };
  if (dtype === 'BF16') return { values: fromBfloat16(new Uint16Array(bytes.buffer)), inexactAt: -1 };
  const source = READERS[dtype]?.(bytes) ?? [];
  const values = new Float32Array(source.length);
  let inexactAt = -1;
  for (let i = 0; i < source.length; i++) {
    const value = Number(source[i]);
    values[i] = value;
    const lost =
      dtype === 'F64' ? Number.isFinite(value) && !Number.isFinite(values[i]) : values[i] !== value;
    if (lost && inexactAt < 0) inexactAt = i;
  }
  return { values, inexactAt };
}

/**
 * Bytes of float32 values in a format to be written; for `float32` they share the values' memory.
 * @returns index of the first finite value that overflows the format in `overflowAt`, or -1
 */
export function fromFloat32(
  dtype: SaveDtype,
  values: Float32Array,
): { bytes: Uint8Array; overflowAt: number } {
  const stored = dtype === 'float32' ? values : dtype === 'float16' ? toFloat16(values) : toBfloat16(values);
  const bytes = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
  if (dtype === 'float32') return { bytes, overflowAt: -1 };
  const infinite = dtype === 'float16' ? 0x7c00 : 0x7f80;
  let overflowAt = -1;
  for (let i = 0; i < stored.length && overflowAt < 0; i++) {
    if ((stored[i] & 0x7fff) === infinite && Number.isFinite(values[i])) overflowAt = i;
  }
  return { bytes, overflowAt };
}
