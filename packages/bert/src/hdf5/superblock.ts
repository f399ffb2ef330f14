import { CheckpointError } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { ByteCursor } from '../tensor-bundle/byte-cursor.js';
import { Hdf5Bytes } from './hdf5-bytes.js';

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Longest superblock: version 0 or 1 with places of eight bytes. */
const LONGEST = 104;

/** An open file and the address of its first group. */
export interface Superblock {
  readonly bytes: Hdf5Bytes;
  readonly root: number;
}

/** The bytes behind the signature, which lies at the beginning or, after a block of the user's, at 512, 1024, …. */
async function findSignature(file: RandomAccessFile): Promise<Uint8Array> {
  for (let start = 0; start + SIGNATURE.length <= file.size; start = start === 0 ? 512 : 2 * start) {
    const bytes = new Uint8Array(Math.min(LONGEST, file.size - start));
    await file.read(bytes, start);
    if (SIGNATURE.every((byte, i) => bytes[i] === byte)) return bytes.subarray(SIGNATURE.length);
  }
  const message = `${file.path}: expected an HDF5 file, but it has no signature of one.`;
  throw new CheckpointError('header-invalid', message, { file: file.path });
}

/**
 * Reads what an HDF5 file begins with.
 * @throws CheckpointError `header-invalid`, `truncated` when the file is shorter than it says, `not-supported`
 * @see https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html "Disk Format: Level 0"
 */
export async function readSuperblock(file: RandomAccessFile): Promise<Superblock> {
  const fault = (found: string): Error =>
    new CheckpointError('header-invalid', `${file.path}: in the superblock ${found}.`, { file: file.path });
  const cursor = new ByteCursor(await findSignature(file), fault);
  const version = cursor.byte();
  if (version > 3) throw fault(`version ${version} is not known`);
  const isOld = version < 2;
  if (isOld) cursor.take(4);
  const offsetSize = cursor.byte();
  const lengthSize = cursor.byte();
  if (![4, 8].includes(offsetSize) || ![4, 8].includes(lengthSize))
    throw fault(`places of ${offsetSize} and lengths of ${lengthSize} bytes`);
  cursor.take(isOld ? (version === 0 ? 9 : 13) : 1);
  const base = cursor.unsigned(offsetSize) ?? 0;
  const bytes = new Hdf5Bytes(file, base, offsetSize, lengthSize);
  cursor.take(offsetSize);
  const end = bytes.someAddress(cursor, 'its end');
  // The end alone counts from the beginning of the file, block of the user's included.
  if (end > file.size) {
    const message = `${file.path}: the file says that it has ${end} bytes, but it has ${file.size}. It is cut off: fetch it again.`;
    throw new CheckpointError('truncated', message, { file: file.path });
  }
  if (isOld) cursor.take(2 * offsetSize);
  return { bytes, root: bytes.someAddress(cursor, 'the first group') };
}
