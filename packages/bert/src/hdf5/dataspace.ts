import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import type { Hdf5Bytes } from './hdf5-bytes.js';

/** Most axes that HDF5 allows. */
const MOST_AXES = 32;

/** What says in a dataspace of the second version that there is no value at all. */
const NULL_SPACE = 2;

/**
 * Reads the shape of a dataset or an attribute; empty for a scalar.
 * @throws CheckpointError `header-invalid`
 */
export function readDataspace(bytes: Hdf5Bytes, cursor: ByteCursor): number[] {
  const version = cursor.byte();
  const rank = cursor.byte();
  if ((version !== 1 && version !== 2) || rank > MOST_AXES)
    throw bytes.fault(`a dataspace has version ${version} and ${rank} axes`);
  cursor.take(1);
  if (version === 1) cursor.take(5);
  else if (cursor.byte() === NULL_SPACE) return [0];
  return Array.from({ length: rank }, () => bytes.length(cursor));
}
