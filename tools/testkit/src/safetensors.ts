import { readFileSync } from 'node:fs';

export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/**
 * Reads a golden safetensors file (F32, I32 and I64 only), independently of the package under test.
 * @returns tensors by name; I64 is narrowed to int32
 */
export function readTensors(path: string): Map<string, GoldenTensor> {
  const bytes = readFileSync(path);
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + headerLength)) as Record<
    string,
    { dtype: string; shape: number[]; data_offsets: [number, number] }
  >;
  const tensors = new Map<string, GoldenTensor>();
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [start, end] = entry.data_offsets;
    const raw = bytes.buffer.slice(
      bytes.byteOffset + 8 + headerLength + start,
      bytes.byteOffset + 8 + headerLength + end,
    );
    if (entry.dtype === 'F32') tensors.set(name, { shape: entry.shape, data: new Float32Array(raw) });
    else if (entry.dtype === 'I32') tensors.set(name, { shape: entry.shape, data: new Int32Array(raw) });
    else if (entry.dtype === 'I64')
      tensors.set(name, { shape: entry.shape, data: Int32Array.from(new BigInt64Array(raw), Number) });
    else throw new Error(`${name} in ${path}: dtype ${entry.dtype} is not used by the golden data`);
  }
  return tensors;
}
