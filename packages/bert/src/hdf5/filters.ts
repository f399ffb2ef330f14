import { CheckpointError } from '../errors.js';
import type { ByteCursor } from '../tensor-bundle/byte-cursor.js';

/** What the bytes of a chunk went through before they were stored, by HDF5's numbers. */
export interface Filter {
  readonly id: number;
  /** parameters of the filter */
  readonly values: readonly number[];
}

const DEFLATE = 1;
const SHUFFLE = 2;
const FLETCHER32 = 3;

/** Filters that are known but not undone. */
const OTHERS: Readonly<Record<number, string>> = { 4: 'szip', 5: 'nbit', 6: 'scaleoffset', 32000: 'lzf' };

/** Filters with a number from here on say their name. */
const NAMED = 256;

/** Reads the message that lists a dataset's filters, in the order in which they were applied. */
export function readFilters(cursor: ByteCursor): Filter[] {
  const version = cursor.byte();
  if (version !== 1 && version !== 2) throw cursor.fault(`a list of filters has version ${version}`);
  const count = cursor.byte();
  if (version === 1) cursor.take(6);
  const number = (length: number): number => cursor.unsigned(length) ?? 2 ** (8 * length) - 1;
  return Array.from({ length: count }, () => {
    const id = number(2);
    const nameLength = version === 1 || id >= NAMED ? number(2) : 0;
    cursor.take(2);
    const parameters = number(2);
    cursor.take(version === 1 ? Math.ceil(nameLength / 8) * 8 : nameLength);
    const values = Array.from({ length: parameters }, () => number(4));
    if (version === 1 && parameters % 2 === 1) cursor.take(4);
    return { id, values };
  });
}

/** Bytes and what they are of, for messages. */
interface Where {
  readonly file: string;
  readonly tensor: string;
}

/** @throws CheckpointError `not-supported` for a filter that is not undone here */
export function checkFilters(filters: readonly Filter[], { file, tensor }: Where): void {
  const other = filters.find(({ id }) => ![DEFLATE, SHUFFLE, FLETCHER32].includes(id));
  if (other === undefined) return;
  const name = OTHERS[other.id] ?? `number ${other.id}`;
  const message = `${file}: ${tensor} is stored by the filter ${name}, which this reader does not undo. Rewrite the file: h5repack -f GZIP=1 OLD NEW.`;
  throw new CheckpointError('not-supported', message, { file, tensor });
}

/**
 * The bytes of a chunk as they were before the filters.
 * @param mask a bit for each filter that this chunk was spared
 * @param length bytes that it must have then; no more are ever held
 * @throws CheckpointError `checksum-mismatch`, `size-mismatch`
 */
export async function unfiltered(
  stored: Uint8Array<ArrayBuffer>,
  filters: readonly Filter[],
  mask: number,
  length: number,
  where: Where,
): Promise<Uint8Array> {
  let bytes = stored;
  for (let i = filters.length - 1; i >= 0; i--) {
    const { id, values } = filters[i];
    if ((mask & (1 << i)) !== 0) continue;
    // A checksum that was taken before the packing is unpacked along.
    if (id === DEFLATE) bytes = await inflated(bytes, length + 4, where);
    else if (id === SHUFFLE) bytes = unshuffled(bytes, values[0] ?? 1);
    else bytes = summed(bytes, where);
  }
  if (bytes.length === length) return bytes;
  const message = `${where.file}: a chunk of ${where.tensor} has ${bytes.length} bytes instead of ${length}. The file is damaged: fetch it again.`;
  throw new CheckpointError('size-mismatch', message, where);
}

async function inflated(
  packed: Uint8Array<ArrayBuffer>,
  most: number,
  where: Where,
): Promise<Uint8Array<ArrayBuffer>> {
  const result = new Uint8Array(most);
  let found = 0;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
    for (const reader = stream.getReader(); ;) {
      const { done, value } = await reader.read();
      if (done) return result.subarray(0, found);
      if (found + value.length > most) {
        await reader.cancel();
        throw new RangeError(`it unpacks to more than ${most} bytes`);
      }
      result.set(value, found);
      found += value.length;
    }
  } catch (cause) {
    const message = `${where.file}: a chunk of ${where.tensor} cannot be unpacked (${(cause as Error).message}). The file is damaged: fetch it again.`;
    throw new CheckpointError('checksum-mismatch', message, { ...where, cause });
  }
}

/** First bytes of all numbers, then their second ones, and so on, put back together. */
function unshuffled(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  const count = size > 0 ? Math.floor(bytes.length / size) : 0;
  if (size <= 1 || count <= 1) return bytes;
  const result = bytes.slice();
  for (let byte = 0, from = 0; byte < size; byte++)
    for (let to = byte, i = 0; i < count; i++, to += size) result[to] = bytes[from++];
  return result;
}

/** Fletcher's checksum of 16-bit words, most significant byte first, as HDF5 takes it. */
function fletcher32(bytes: Uint8Array): number {
  let [low, high] = [0, 0];
  for (let i = 0; i < bytes.length; i += 2) {
    low = (low + ((bytes[i] << 8) | (bytes[i + 1] ?? 0))) % 65535;
    high = (high + low) % 65535;
  }
  return high * 65536 + low;
}

/** The bytes without the checksum after them, which must be theirs. */
function summed(bytes: Uint8Array<ArrayBuffer>, where: Where): Uint8Array<ArrayBuffer> {
  const content = bytes.subarray(0, Math.max(0, bytes.length - 4));
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(content.length);
  const said = d * 2 ** 24 + c * 65536 + b * 256 + a;
  // HDF5 writes 65535 where the remainder is 0.
  const same = (one: number, other: number): boolean => one % 65535 === other % 65535;
  const found = fletcher32(content);
  const isRight =
    bytes.length >= 4 &&
    same(said % 65536, found % 65536) &&
    same(Math.floor(said / 65536), Math.floor(found / 65536));
  if (isRight) return content;
  const message = `${where.file}: the checksum of a chunk of ${where.tensor} is wrong. The file is damaged: fetch it again.`;
  throw new CheckpointError('checksum-mismatch', message, where);
}
