import { CheckpointError } from '../errors.js';
import type { RandomAccessFile } from '../files.js';
import { ByteCursor, type Fault } from '../tensor-bundle/byte-cursor.js';

/** Bytes read at once: an object's header with its group's tables fits mostly. */
const PAGE = 16 * 1024;

/** Pages kept; the structure of a file lies in a few places. */
const KEPT = 64;

/**
 * The structure of an HDF5 file: places, sizes and the bytes at them, read in pages. Whoever follows its links reads at
 * most twice as many bytes as the file has: a file whose links run in circles ends with an error, not never.
 */
export class Hdf5Bytes {
  private readonly pages = new Map<number, Promise<Uint8Array>>();
  private readonly kept = new Map<number, Promise<ByteCursor>>();
  private left: number;

  /**
   * @param base byte that addresses count from
   * @param offsetSize bytes of an address
   * @param lengthSize bytes of a length
   */
  constructor(
    readonly file: RandomAccessFile,
    private readonly base: number,
    private readonly offsetSize: number,
    private readonly lengthSize: number,
  ) {
    this.left = 2 * file.size + PAGE;
  }

  /** Makes the error for a structure that cannot be what it should. */
  readonly fault: Fault = (found) =>
    new CheckpointError('header-invalid', `${this.file.path}: ${found}.`, { file: this.file.path });

  /**
   * Bytes of the structure.
   * @throws CheckpointError `offsets-outside-file`, `read-failed`; `header-invalid` when too much has been read
   */
  async cursor(address: number, length: number): Promise<ByteCursor> {
    const start = this.place(address, length);
    this.left -= length;
    if (this.left < 0) throw this.fault('its groups refer to more bytes than it has, so they run in circles');
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const page = Math.floor((start + done) / PAGE);
      const from = start + done - page * PAGE;
      const content = (await this.page(page)).subarray(from, from + length - done);
      bytes.set(content, done);
      done += content.length;
    }
    return new ByteCursor(bytes, this.fault);
  }

  /** As `cursor`, from the beginning, for bytes that many objects refer to: they are read and counted once. */
  async sharedCursor(address: number, length: number): Promise<ByteCursor> {
    const kept = this.kept.get(address) ?? this.cursor(address, length);
    this.kept.set(address, kept);
    const cursor = await kept;
    cursor.position = 0;
    return cursor;
  }

  /**
   * Place in the file of bytes at an address.
   * @throws CheckpointError `offsets-outside-file`
   */
  place(address: number, length: number): number {
    const start = this.base + address;
    if (start + length <= this.file.size) return start;
    const { path, size } = this.file;
    const message = `${path}: ${length} bytes are said to lie at byte ${start}, but the file has ${size}. It is cut off or damaged: fetch it again.`;
    throw new CheckpointError('offsets-outside-file', message, { file: path });
  }

  /** An address; undefined where there is nothing. */
  address(cursor: ByteCursor): number | undefined {
    return cursor.unsigned(this.offsetSize);
  }

  /** An address that must be there. */
  someAddress(cursor: ByteCursor, what: string): number {
    const address = this.address(cursor);
    if (address === undefined) throw this.fault(`${what} has no address`);
    return address;
  }

  /** A length. */
  length(cursor: ByteCursor): number {
    return cursor.unsigned(this.lengthSize) ?? Infinity;
  }

  /** Bytes of addresses and of lengths. */
  bytesOf(addresses: number, lengths: number): number {
    return addresses * this.offsetSize + lengths * this.lengthSize;
  }

  private page(number: number): Promise<Uint8Array> {
    const kept = this.pages.get(number);
    if (kept !== undefined) return kept;
    const bytes = new Uint8Array(Math.min(PAGE, this.file.size - number * PAGE));
    const read = this.file.read(bytes, number * PAGE).then(() => bytes);
    if (this.pages.size === KEPT) this.pages.clear();
    this.pages.set(number, read);
    return read;
  }
}

/**
 * Reads the four letters that a structure begins with.
 * @throws Fault where there are others
 */
export function expectSignature(cursor: ByteCursor, signature: string): void {
  const found = new TextDecoder('latin1').decode(cursor.take(4));
  if (found !== signature)
    throw cursor.fault(`expected the signature ${signature}, found ${JSON.stringify(found)}`);
}
