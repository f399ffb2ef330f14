import { CheckpointError } from './errors.js';
import type { RandomAccessFile } from './files.js';

/** Bytes as a file: what was fetched some other way, or made in a test. */
export function memoryFile(bytes: Uint8Array, path = 'bytes in memory'): RandomAccessFile {
  return {
    path,
    size: bytes.length,
    read(target, offset) {
      if (offset + target.length > bytes.length) {
        const message = `${path}: the file ends at byte ${bytes.length}, before what was asked for.`;
        return Promise.reject(new CheckpointError('truncated', message, { file: path }));
      }
      target.set(bytes.subarray(offset, offset + target.length));
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  };
}
