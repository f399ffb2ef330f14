import { CheckpointError } from '../errors.js';
import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import type { Hdf5Bytes } from './hdf5-bytes.js';

/** Where the values of a dataset lie: in its header, or in one piece of the file. */
export type Layout =
  | { readonly kind: 'compact'; readonly values: Uint8Array }
  | { readonly kind: 'contiguous'; readonly address: number | undefined; readonly length: number };

const COMPACT = 0;
const CONTIGUOUS = 1;
const CHUNKED = 2;

function notSupported(bytes: Hdf5Bytes, found: string): CheckpointError {
  const file = bytes.file.path;
  const message = `${file}: ${found}; weights as Keras and transformers save them lie in one piece. Rewrite the file: h5repack -l CONTI OLD NEW.`;
  return new CheckpointError('not-supported', message, { file });
}

/** Versions 1 and 2, of HDF5 before 1.6.3; they say the shape again. */
function readOldLayout(bytes: Hdf5Bytes, cursor: ByteCursor, path: string): Layout {
  const rank = cursor.byte();
  const kind = cursor.byte();
  cursor.take(5);
  if (kind === CHUNKED) throw notSupported(bytes, `${path} is cut into chunks`);
  const address = kind === COMPACT ? undefined : bytes.address(cursor);
  cursor.take(4 * rank);
  if (kind === COMPACT) return { kind: 'compact', values: cursor.take(cursor.unsigned(4) ?? Infinity) };
  return { kind: 'contiguous', address, length: Infinity };
}

/**
 * Reads where values lie.
 * @param path of the dataset, for messages
 * @throws CheckpointError `header-invalid`; `not-supported` for datasets cut into chunks
 */
export function readLayout(bytes: Hdf5Bytes, cursor: ByteCursor, path: string): Layout {
  const version = cursor.byte();
  if (version === 1 || version === 2) return readOldLayout(bytes, cursor, path);
  if (version !== 3 && version !== 4) throw bytes.fault(`the layout of ${path} has version ${version}`);
  const kind = cursor.byte();
  if (kind === COMPACT) return { kind: 'compact', values: cursor.take(cursor.unsigned(2) ?? Infinity) };
  if (kind === CONTIGUOUS)
    return { kind: 'contiguous', address: bytes.address(cursor), length: bytes.length(cursor) };
  if (kind === CHUNKED) throw notSupported(bytes, `${path} is cut into chunks`);
  throw notSupported(bytes, `${path} has a layout of kind ${kind}`);
}
