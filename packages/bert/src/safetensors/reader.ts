import { files } from '#files';

import { readableDtype, toValues } from '../checkpoint-values.js';
import { CheckpointError } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { memoryFile } from '../files-memory.js';
import { SpareBuffer } from '../spare-buffer.js';
import { transposed } from '../weight-names.js';
import {
  headerLength,
  parseSafetensorsHeader,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './header.js';

/** An open safetensors file whose header has been checked. The caller closes it. */
export interface SafetensorsFile extends SafetensorsHeader {
  /** path or address, for messages */
  readonly file: string;
  /**
   * Values of one tensor, row-major, newly allocated: exact for F32, F16 and BF16, rounded for F64.
   * @throws CheckpointError `unsupported-dtype`, `inexact-value` (integers beyond 2^24, F64 beyond float32),
   *   `read-failed`, `truncated`
   */
  read(name: string): Promise<Float32Array>;
  /**
   * The transpose of a matrix, newly allocated; of anything else as `read`. Of float32 its bytes go through one buffer
   * for all matrices.
   * @throws CheckpointError as `read`
   */
  readTransposed(name: string): Promise<Float32Array>;
  /** Releases the file. */
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and checks its whole header before any memory for tensors is asked for.
 * Tensors are then read one at a time, straight from the file.
 * @param source path, address (in a browser), the whole file, or an open one, which is closed with the result or when
 *   opening fails
 * @throws CheckpointError `not-found`, `read-failed`, or the fault of the header; see `CheckpointErrorCode`
 * @see https://github.com/huggingface/safetensors#format
 */
export function openSafetensors(source: string | Uint8Array | RandomAccessFile): Promise<SafetensorsFile> {
  return openSafetensorsWith(source, new SpareBuffer());
}

/** As `openSafetensors`, with a buffer that several files share; it is released when one of them is closed. */
export async function openSafetensorsWith(
  source: string | Uint8Array | RandomAccessFile,
  spare: SpareBuffer,
): Promise<SafetensorsFile> {
  const data =
    typeof source === 'string'
      ? await files.open(source)
      : source instanceof Uint8Array
        ? memoryFile(source)
        : source;
  try {
    const file = data.path;
    const prefix = new Uint8Array(Math.min(8, data.size));
    await data.read(prefix, 0);
    const header = new Uint8Array(headerLength(prefix, data.size, file));
    await data.read(header, 8);
    const { entries, metadata } = parseSafetensorsHeader(header, data.size, file);

    const find = (name: string): SafetensorsEntry => {
      const entry = entries.get(name);
      if (entry !== undefined) return entry;
      throw new CheckpointError('not-found', `${file}: there is no tensor ${name}.`, { file, tensor: name });
    };
    const read = async (name: string): Promise<Float32Array> => {
      const entry = find(name);
      const where = { file, tensor: name };
      const dtype = readableDtype(entry.dtype, where);
      const bytes = new Uint8Array(entry.byteLength);
      await data.read(bytes, entry.offset);
      return toValues(dtype, bytes, where);
    };
    const readTransposed = async (name: string): Promise<Float32Array> => {
      const { dtype, shape, offset, byteLength } = find(name);
      const [rows, columns] = shape;
      if (shape.length !== 2) return read(name);
      if (dtype !== 'F32') return transposed(await read(name), rows, columns);
      return spare.lend(rows * columns, async (buffer) => {
        await data.read(new Uint8Array(buffer.buffer, 0, byteLength), offset);
        return transposed(buffer, rows, columns);
      });
    };
    const close = async (): Promise<void> => {
      spare.release();
      await data.close();
    };
    return { file, entries, metadata, read, readTransposed, close };
  } catch (error) {
    await data.close();
    throw error;
  }
}
