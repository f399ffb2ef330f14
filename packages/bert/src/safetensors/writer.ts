import { files } from '#files';

import { CheckpointError } from '../errors.js';
import { DTYPE_BYTES, fromFloat32, SAVE_DTYPES, type SaveDtype } from './dtype.js';

/** One tensor to be written. */
export interface TensorToWrite {
  /** name in the file */
  readonly name: string;
  /** row-major */
  readonly shape: readonly number[];
  /** Its values, row-major; asked for once, when it is this tensor's turn, and not kept. */
  values(): Float32Array | Promise<Float32Array>;
}

/** How tensors are written. */
export interface WriteSafetensorsOptions {
  /** `__metadata__`; default `{ format: 'pt' }`, without which `transformers` refuses the file */
  readonly metadata?: Readonly<Record<string, string>> | undefined;
  /** stored form; default `float32`, which is exact. The others round to nearest, ties to even. */
  readonly dtype?: SaveDtype | undefined;
}

/** Bytes a tensor takes in a file. */
export function storedBytes(tensor: TensorToWrite, dtype: SaveDtype): number {
  return tensor.shape.reduce((product, size) => product * size, DTYPE_BYTES[SAVE_DTYPES[dtype]]);
}

/**
 * The bytes of a safetensors file, one tensor at a time. The header is padded with spaces so that data starts at a
 * multiple of eight, as the format's own writer does.
 * @param file for messages
 * @throws CheckpointError `duplicate-name`, `size-mismatch`, `value-out-of-range` (a finite value that overflows)
 */
export async function* safetensorsBytes(
  tensors: readonly TensorToWrite[],
  file: string,
  options: WriteSafetensorsOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const { metadata = { format: 'pt' }, dtype = 'float32' } = options;
  const entries: [string, unknown][] = [['__metadata__', metadata]];
  const names = new Set<string>(['__metadata__']);
  let end = 0;
  for (const tensor of tensors) {
    if (names.has(tensor.name)) {
      const message = `${file}: two tensors are to be written under the name ${tensor.name}.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: tensor.name });
    }
    names.add(tensor.name);
    const begin = end;
    end += storedBytes(tensor, dtype);
    entries.push([
      tensor.name,
      { dtype: SAVE_DTYPES[dtype], shape: tensor.shape, data_offsets: [begin, end] },
    ]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  yield header;

  for (const tensor of tensors) {
    const { bytes, overflowAt } = fromFloat32(dtype, await tensor.values());
    if (bytes.length !== storedBytes(tensor, dtype)) {
      const message = `${file}: ${tensor.name} of shape [${tensor.shape.join(', ')}] needs ${storedBytes(tensor, dtype)} bytes as ${dtype}, found ${bytes.length}.`;
      throw new CheckpointError('size-mismatch', message, { file, tensor: tensor.name });
    }
    if (overflowAt >= 0) {
      const message = `${file}: value ${overflowAt} of ${tensor.name} overflows ${dtype}; save as float32 or bfloat16.`;
      throw new CheckpointError('value-out-of-range', message, { file, tensor: tensor.name });
    }
    yield bytes;
  }
}

/**
 * Writes one safetensors file: temporary name, fsync, rename. Holds one tensor at a time.
 * @throws CheckpointError as `safetensorsBytes`, and `write-failed` (a full disk, no permission); a former file of
 *   that name is then untouched and no temporary file is left. `not-supported` in a browser.
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const { directory, name } = files.split(path);
  await files.writeAll(directory, [{ name, content: () => safetensorsBytes(tensors, path, options) }]);
}
