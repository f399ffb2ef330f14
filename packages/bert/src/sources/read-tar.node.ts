import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

import { Parser, type ReadEntry } from 'tar';

import type { ArchiveMembers } from './archive-members.js';
import { SourceError } from './errors.js';
import { writeMember } from './write-member.node.js';

const KINDS: Readonly<Record<string, string>> = {
  File: 'file',
  OldFile: 'file',
  ContiguousFile: 'file',
  Directory: 'folder',
  GNUDumpDir: 'folder',
  SymbolicLink: 'symbolic link',
  Link: 'hard link',
  CharacterDevice: 'device',
  BlockDevice: 'device',
  FIFO: 'pipe',
};

/** Names of system calls are on errors of the disk; zlib's and tar's have none. */
const ofDisk = (error: unknown): boolean => (error as { syscall?: unknown }).syscall !== undefined;

/**
 * Unpacks a tar, packed by gzip or not, into an empty folder, as it is read.
 * @throws SourceError `archive-invalid`, `unsafe-member`, `archive-too-large`; errors of the disk
 */
export async function readTar(
  path: string,
  directory: string,
  {
    gzip,
    members,
    onBytes,
  }: { readonly gzip: boolean; readonly members: ArchiveMembers; readonly onBytes: (bytes: number) => void },
): Promise<void> {
  const file = createReadStream(path, { highWaterMark: 2 ** 20 });
  const stream = gzip ? file.pipe(createGunzip({ chunkSize: 2 ** 18 })) : file;
  file.on('error', (error) => stream.destroy(error));
  const writing: { readonly entry: ReadEntry; readonly work: Promise<void> }[] = [];
  let fault: unknown;
  let wake = (): void => undefined;
  const fail = (error: unknown): void => {
    fault ??= error;
    wake();
  };
  // strict: wrong checksums and headers that make no sense are errors, not warnings.
  const parser = new Parser({
    strict: true,
    maxMetaEntrySize: 2 ** 16,
    onReadEntry: (entry) => take(entry),
  });
  const refuse = ({ path: name, type }: ReadEntry): void =>
    fail(
      members.unsafe(name.slice(0, 200), `is a ${KINDS[type] ?? type}; only files and folders are unpacked`),
    );
  parser.on('ignoredEntry', refuse);
  parser.on('error', fail);
  parser.on('drain', () => wake());

  function take(entry: ReadEntry): void {
    try {
      if (fault !== undefined) {
        entry.resume();
        return;
      }
      const accepted = members.accept(entry.path, entry.size, KINDS[entry.type] ?? entry.type);
      if (accepted === undefined) {
        entry.resume();
        return;
      }
      const work = writeMember(
        directory,
        accepted,
        () => entry,
        (bytes) => members.count(bytes.length, accepted),
      );
      writing.push({ entry, work: work.catch(fail) });
    } catch (error) {
      fail(error);
      entry.resume();
    }
  }

  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      onBytes(chunk.length);
      if (parser.write(chunk) || fault !== undefined) {
        if (fault !== undefined) break;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (fault !== undefined) resolve();
      });
    }
    if (fault === undefined) {
      const ended = new Promise<void>((resolve) => {
        wake = resolve;
        parser.on('end', () => resolve());
      });
      parser.end();
      await ended;
    }
  } catch (error) {
    fail(error);
  } finally {
    stream.destroy();
    file.destroy();
  }
  // Of an archive that is given up, the member that was being written gets no end.
  if (fault !== undefined) for (const { entry } of writing) entry.on('error', () => undefined).destroy(fault);
  await Promise.all(writing.map(({ work }) => work));
  if (fault === undefined) return;
  if (fault instanceof SourceError || ofDisk(fault)) throw fault as Error;
  throw members.damaged((fault as Error).message, fault);
}
