import { createHash } from 'node:crypto';
import { chmod, mkdir, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Readable } from 'node:stream';

import { openPromise, type Entry, type ZipFile } from 'yauzl';

import type { PinnedMember } from './builds.js';
import type { ManifestFile } from './cache.js';
import { LibraryError } from './errors.js';

/** What to take out of a wheel. */
export interface UnpackOptions {
  /** An existing folder; nothing is written outside it. */
  readonly target: string;
  /** Where a member goes, as a path inside `target` with `/`; `undefined` leaves it out. */
  readonly destinationOf: (name: string) => string | undefined;
  /** Members that must be there, and what they must be. */
  readonly members: Readonly<Record<string, PinnedMember>>;
  /** Called with every number of bytes written. */
  readonly onBytes: (bytes: number) => void;
  /** Ends the work between two blocks. */
  readonly signal: AbortSignal | undefined;
}

/** What a wheel says about one of its members. */
interface Recorded {
  readonly sha256: string;
  readonly size: number;
}

/** Largest text member that is read into memory. */
const textLimit = 64 << 20;

async function withWheel<Result>(
  wheel: string,
  work: (zip: ZipFile, entries: ReadonlyMap<string, Entry>) => Promise<Result>,
): Promise<Result> {
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(wheel, { lazyEntries: true, autoClose: false });
    const entries = new Map<string, Entry>();
    for await (const entry of zip.eachEntry()) entries.set(entry.fileName, entry);
    return await work(zip, entries);
  } catch (error) {
    if (error instanceof LibraryError || isSystemError(error)) throw error;
    throw bad(wheel, 'a readable zip archive', (error as Error).message, error);
  } finally {
    zip?.close();
  }
}

/** Errors of the disk are not the wheel's fault. zlib's have a code as well, but no `syscall`. */
function isSystemError(error: unknown): boolean {
  return typeof (error as NodeJS.ErrnoException).syscall === 'string';
}

function bad(wheel: string, expected: string, found: string, cause?: unknown): LibraryError {
  return new LibraryError(
    'bad-wheel',
    { where: basename(wheel), expected, found, remedy: 'Nothing of it was kept; try again.' },
    { cause },
  );
}

async function textOf(wheel: string, zip: ZipFile, entry: Entry): Promise<string> {
  if (entry.uncompressedSize > textLimit) {
    throw bad(wheel, `at most ${textLimit} bytes in ${entry.fileName}`, `${entry.uncompressedSize} bytes`);
  }
  const blocks: Buffer[] = [];
  for await (const block of await zip.openReadStreamPromise(entry)) blocks.push(block as Buffer);
  return Buffer.concat(blocks).toString('utf8');
}

function only(wheel: string, entries: ReadonlyMap<string, Entry>, file: string): Entry {
  const found = [...entries].find(([name]) => /^[^/]+\.dist-info\//.test(name) && name.endsWith(`/${file}`));
  if (found) return found[1];
  throw bad(wheel, `a Python wheel with its ${file}`, 'none');
}

/** Requirements of a wheel that belong to one of its extras, without the condition: `nvidia-nccl-cu12<3.0,>=2.27.7`. */
export async function requirementsOf(wheel: string, extra: string): Promise<string[]> {
  return withWheel(wheel, async (zip, entries) => {
    const text = await textOf(wheel, zip, only(wheel, entries, 'METADATA'));
    return [...text.matchAll(/^Requires-Dist: ([^;\r\n]+?)\s*;\s*extra == ["']([\w-]+)["']\s*$/gm)]
      .filter(([, , name]) => name === extra)
      .map(([, requirement = '']) => requirement.replaceAll(/[\s()]/g, ''));
  });
}

/**
 * Unpacks members of a wheel. Each is compared with the wheel's own RECORD, and those of `members` with what they
 * must be, before anything counts; files are flushed to disk.
 * @returns the files written, by their paths in `target`
 * @throws LibraryError `bad-wheel`; system errors pass through
 */
export async function unpackWheel(wheel: string, options: UnpackOptions): Promise<ManifestFile[]> {
  const { destinationOf, members } = options;
  return withWheel(wheel, async (zip, entries) => {
    const record = parseRecord(await textOf(wheel, zip, only(wheel, entries, 'RECORD')));
    const missing = Object.keys(members).filter((name) => !entries.has(name));
    if (missing.length > 0) throw bad(wheel, `the member ${missing.join(', ')}`, 'a wheel without it');
    const files: ManifestFile[] = [];
    for (const [name, entry] of entries) {
      const path = name.endsWith('/') ? undefined : destinationOf(name);
      if (path === undefined) continue;
      const recorded = record.get(name);
      if (!recorded) throw bad(wheel, `${name} in its RECORD`, 'no sum for it');
      const expected = members[name] ?? recorded;
      if (entry.uncompressedSize !== expected.size) {
        throw bad(wheel, `${expected.size} bytes in ${name}`, `${entry.uncompressedSize} bytes`);
      }
      const file = join(options.target, path);
      const sha256 = await write(await zip.openReadStreamPromise(entry), file, options);
      for (const { sha256: sum } of [recorded, expected]) {
        if (sum !== sha256) throw bad(wheel, `${name} with SHA-256 ${sum}`, sha256);
      }
      // Of the mode only "may be run" is taken: ptxas is a program.
      if (((entry.externalFileAttributes >>> 16) & 0o100) !== 0) await chmod(file, 0o755);
      files.push({ path, size: entry.uncompressedSize, sha256 });
    }
    return files;
  });
}

/** Lines `path,sha256=BASE64,size`; a path with a comma is in quotes, and none that is wanted has one. */
function parseRecord(text: string): Map<string, Recorded> {
  const lines = text.matchAll(/^([^",\r\n]+),sha256=([\w-]+)=*,(\d+)\r?$/gm);
  return new Map(
    Array.from(lines, ([, name = '', sum = '', size = '']) => [
      name,
      { sha256: Buffer.from(sum, 'base64url').toString('hex'), size: Number(size) },
    ]),
  );
}

async function write(source: Readable, file: string, { onBytes, signal }: UnpackOptions): Promise<string> {
  await mkdir(dirname(file), { recursive: true });
  const hash = createHash('sha256');
  const handle = await open(file, 'wx');
  try {
    for await (const block of source) {
      if (signal?.aborted) {
        throw new LibraryError('aborted', {
          where: file,
          expected: 'to be unpacked',
          found: 'that the work is to end',
          remedy: 'The downloaded wheel is kept: the next time goes on from it.',
        });
      }
      const bytes = block as Buffer;
      hash.update(bytes);
      for (let at = 0; at < bytes.length;) {
        at += (await handle.write(bytes, at, bytes.length - at)).bytesWritten;
      }
      onBytes(bytes.length);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return hash.digest('hex');
}
