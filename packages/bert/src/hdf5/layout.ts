import { CheckpointError } from '../errors.js';
import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import type { Hdf5Bytes } from './hdf5-bytes.js';

/** Where the values of a dataset lie: in its header, in one piece of the file, or in chunks that a tree lists. */
export type Layout =
  | { readonly kind: 'compact'; readonly values: Uint8Array }
  | { readonly kind: 'chunked'; readonly address: number | undefined; readonly chunkShape: readonly number[] }
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

/** The last of the sizes is that of a number, in bytes. */
function readChunked(bytes: Hdf5Bytes, cursor: ByteCursor, path: string): Layout {
  const rank = cursor.byte();
  const address = bytes.address(cursor);
  const sizes = Array.from({ length: rank }, () => cursor.fixed32());
  if (rank < 2 || sizes.includes(0)) throw bytes.fault(`${path} has chunks of sizes [${sizes.join(', ')}]`);
  return { kind: 'chunked', address, chunkShape: sizes.slice(0, -1) };
}

/**
 * Reads where values lie.
 * @param path of the dataset, for messages
 * @throws CheckpointError `header-invalid`; `not-supported` for chunks of the oldest and of the latest format
 */
export function readLayout(bytes: Hdf5Bytes, cursor: ByteCursor, path: string): Layout {
  const version = cursor.byte();
  if (version === 1 || version === 2) return readOldLayout(bytes, cursor, path);
  if (version !== 3 && version !== 4) throw bytes.fault(`the layout of ${path} has version ${version}`);
  const kind = cursor.byte();
  if (kind === COMPACT) return { kind: 'compact', values: cursor.take(cursor.unsigned(2) ?? Infinity) };
  if (kind === CONTIGUOUS)
    return { kind: 'contiguous', address: bytes.address(cursor), length: bytes.length(cursor) };
  if (kind === CHUNKED && version === 3) return readChunked(bytes, cursor, path);
  if (kind === CHUNKED) throw notSupported(bytes, `${path} is cut into chunks of HDF5's latest format`);
  throw notSupported(bytes, `${path} has a layout of kind ${kind}`);
}
