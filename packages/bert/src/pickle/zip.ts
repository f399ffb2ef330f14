import { CheckpointError, type CheckpointErrorCode } from '../errors.js';
import type { RandomAccessFile } from '../files.js';

/** One file inside an archive, as the archive's list describes it. */
interface ZipMember {
  readonly name: string;
  /** byte of its own header in the archive */
  readonly offset: number;
  /** bytes it takes */
  readonly size: number;
  /** whether these bytes are its content, neither compressed nor encrypted */
  readonly isStored: boolean;
  /** byte before which its content must end: where the next member begins, or the list */
  readonly limit: number;
}

/** An archive whose list of members has been checked. */
export interface Zip {
  /** in the order in which they lie in the archive */
  readonly members: ReadonlyMap<string, Omit<ZipMember, 'limit'>>;
  /**
   * Byte of the archive where a member's content begins.
   * @throws CheckpointError `archive-invalid`, also for members that are compressed
   */
  locate(name: string): Promise<number>;
}

const END = 0x06054b50;
const END_LENGTH = 22;
const END64_LOCATOR = 0x07064b50;
const END64_LOCATOR_LENGTH = 20;
const END64 = 0x06064b50;
const END64_LENGTH = 56;
const LISTED = 0x02014b50;
const LISTED_LENGTH = 46;
const LOCAL = 0x04034b50;
const LOCAL_LENGTH = 30;

/** The end of an archive can be followed by a comment of so many bytes. */
const LONGEST_COMMENT = 0xffff;

/** Largest list of members that is read: that of 100,000 tensors has about ten megabytes. */
const LARGEST_LIST = 2 ** 26;

/** Bit of a member's flags: encrypted. */
const ENCRYPTED = 1;

const IN_64_BITS = 0xffffffff;

type Fail = (found: string, code?: CheckpointErrorCode) => CheckpointError;

async function bytesAt(file: RandomAccessFile, offset: number, length: number): Promise<DataView> {
  const bytes = new Uint8Array(length);
  await file.read(bytes, offset);
  return new DataView(bytes.buffer);
}

const uint64 = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** Whether a file begins as an archive does. */
export const isZip = (prefix: Uint8Array): boolean =>
  prefix.length >= 4 && new DataView(prefix.buffer, prefix.byteOffset).getUint32(0, true) === LOCAL;

/** Where the list of members is: it is at the end, so that a cut file has none. */
async function findList(
  file: RandomAccessFile,
  fail: Fail,
): Promise<{ readonly offset: number; readonly size: number; readonly count: number }> {
  const tail = await bytesAt(
    file,
    Math.max(0, file.size - END_LENGTH - LONGEST_COMMENT),
    Math.min(file.size, END_LENGTH + LONGEST_COMMENT),
  );
  let at = tail.byteLength - END_LENGTH;
  while (
    at >= 0 &&
    !(tail.getUint32(at, true) === END && at + END_LENGTH + tail.getUint16(at + 20, true) === tail.byteLength)
  )
    at--;
  if (at < 0) throw fail('it does not end as an archive does. It is cut off: fetch it again', 'truncated');
  const end = file.size - tail.byteLength + at;
  const short = {
    count: tail.getUint16(at + 10, true),
    size: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  if (end >= END64_LOCATOR_LENGTH) {
    const locator = await bytesAt(file, end - END64_LOCATOR_LENGTH, END64_LOCATOR_LENGTH);
    if (locator.getUint32(0, true) === END64_LOCATOR) {
      const place = uint64(locator, 8);
      if (!(place + END64_LENGTH <= end)) throw fail(`its end is said to be at byte ${place}`);
      const long = await bytesAt(file, place, END64_LENGTH);
      if (long.getUint32(0, true) !== END64) throw fail(`its end is not at byte ${place}`);
      return check(
        { count: uint64(long, 32), size: uint64(long, 40), offset: uint64(long, 48) },
        place,
        fail,
      );
    }
  }
  return check(short, end, fail);
}

function check<List extends { readonly offset: number; readonly size: number; readonly count: number }>(
  list: List,
  end: number,
  fail: Fail,
): List {
  if (!(list.offset + list.size <= end) || list.size > LARGEST_LIST || list.count * LISTED_LENGTH > list.size)
    throw fail(`its list of ${list.count} members in ${list.size} bytes at byte ${list.offset} cannot be`);
  return list;
}

/** Sizes and place of a member where they take eight bytes each: field 1 of the extra ones, in this order. */
function* longFields(extra: DataView): Generator<number, void, undefined> {
  for (let at = 0; at + 4 <= extra.byteLength;) {
    const length = extra.getUint16(at + 2, true);
    const end = Math.min(at + 4 + length, extra.byteLength);
    if (extra.getUint16(at, true) === 1) {
      for (let field = at + 4; field + 8 <= end; field += 8) yield uint64(extra, field);
    }
    at += 4 + length;
  }
}

function parseList(view: DataView, count: number, listOffset: number, fail: Fail): ZipMember[] {
  const listed: Omit<ZipMember, 'limit'>[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + LISTED_LENGTH > view.byteLength || view.getUint32(at, true) !== LISTED)
      throw fail(`entry ${i} of its list of members is not one`);
    const nameLength = view.getUint16(at + 28, true);
    const extraLength = view.getUint16(at + 30, true);
    const extraAt = at + LISTED_LENGTH + nameLength;
    if (extraAt + extraLength > view.byteLength) throw fail(`entry ${i} of its list of members is cut off`);
    const name = new TextDecoder().decode(new Uint8Array(view.buffer, at + LISTED_LENGTH, nameLength));
    const long = longFields(new DataView(view.buffer, extraAt, extraLength));
    const value = (field: number): number => {
      const short = view.getUint32(at + field, true);
      return short === IN_64_BITS ? ((long.next().value as number | undefined) ?? short) : short;
    };
    const unpacked = value(24);
    const size = value(20);
    const offset = value(42);
    const isStored =
      view.getUint16(at + 10, true) === 0 &&
      unpacked === size &&
      (view.getUint16(at + 8, true) & ENCRYPTED) === 0;
    if (names.has(name)) throw fail(`it has ${JSON.stringify(name)} twice`, 'duplicate-name');
    names.add(name);
    listed.push({ name, offset, size, isStored });
    at = extraAt + extraLength + view.getUint16(at + 32, true);
  }
  listed.sort((a, b) => a.offset - b.offset);
  return listed.map((member, i) => {
    const limit = listed[i + 1]?.offset ?? listOffset;
    if (!(member.offset + LOCAL_LENGTH + member.size <= limit)) {
      const found = `${JSON.stringify(member.name)} of ${member.size} bytes at byte ${member.offset} does not end before byte ${limit}`;
      throw fail(found, limit === listOffset ? 'offsets-outside-file' : 'offsets-overlap');
    }
    return { ...member, limit };
  });
}

/**
 * Reads the list of an archive whose members are stored as they are, as `torch.save` writes it: sizes and places are
 * checked against the file and each other, so that no member can be larger than the archive or share bytes with
 * another. Compressed members are listed but never read. Checksums are not looked at: PyTorch neither verifies them nor always writes them.
 * @throws CheckpointError `truncated`, `archive-invalid`, `duplicate-name`,
 *   `offsets-outside-file`, `offsets-overlap`, `read-failed`
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export async function openZip(file: RandomAccessFile): Promise<Zip> {
  const { path } = file;
  const fail: Fail = (found, code = 'archive-invalid') =>
    new CheckpointError(code, `${path}: the archive cannot be read: ${found}.`, { file: path });
  const { offset, size, count } = await findList(file, fail);
  const members = new Map(
    parseList(await bytesAt(file, offset, size), count, offset, fail).map((member) => [member.name, member]),
  );
  const locate = async (name: string): Promise<number> => {
    const member = members.get(name);
    if (member === undefined) throw fail(`there is no ${JSON.stringify(name)} in it`);
    if (!member.isStored) throw fail(`${JSON.stringify(name)} is compressed or encrypted`);
    const local = await bytesAt(file, member.offset, LOCAL_LENGTH);
    const start = member.offset + LOCAL_LENGTH + local.getUint16(26, true) + local.getUint16(28, true);
    if (
      local.getUint32(0, true) !== LOCAL ||
      local.getUint16(8, true) !== 0 ||
      start + member.size > member.limit
    )
      throw fail(`${JSON.stringify(name)} is not at byte ${member.offset}, where its list has it`);
    return start;
  };
  return { members, locate };
}
