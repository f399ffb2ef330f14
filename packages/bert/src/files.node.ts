import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

import { CheckpointError } from './errors.js';
import type { FilePort, FileToWrite, RandomAccessFile } from './files.js';
import { removeLeftovers, temporaryName } from './files-leftovers.node.js';

/** Most bytes in one system call; above 2^31 - 1 Node refuses. */
const LARGEST_CALL = 2 ** 30;

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space and save again',
  EDQUOT: 'the disk quota is used up; free some space and save again',
  EFBIG: 'the file would exceed the size limit of the process or file system',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder, or a link points nowhere',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
};

/** Code of a system error. By its fields: an error from another realm is no `instanceof Error`. */
function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error))
    return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

function readFailure(path: string, error: unknown): CheckpointError {
  const errno = errnoOf(error);
  if (errno === 'ENOENT') {
    return new CheckpointError('not-found', `${path}: no such file.`, { file: path, cause: error });
  }
  const reason = (errno !== undefined ? REASONS[errno] : undefined) ?? String(error);
  return new CheckpointError('read-failed', `${path}: cannot be read: ${reason}.`, {
    file: path,
    cause: error,
  });
}

async function openFile(path: string): Promise<RandomAccessFile> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw readFailure(path, error);
  });
  const information = await handle.stat();
  if (!information.isFile()) {
    await handle.close();
    throw new CheckpointError('read-failed', `${path}: expected a file, found a folder or device.`, {
      file: path,
    });
  }
  return {
    path,
    size: information.size,
    async read(target, offset) {
      let done = 0;
      while (done < target.length) {
        const length = Math.min(target.length - done, LARGEST_CALL);
        const { bytesRead } = await handle
          .read(target, done, length, offset + done)
          .catch((error: unknown) => {
            throw readFailure(path, error);
          });
        if (bytesRead === 0) {
          const message = `${path}: the file ended at byte ${offset + done} while it was read; something else changed it.`;
          throw new CheckpointError('truncated', message, { file: path });
        }
        done += bytesRead;
      }
    },
    close: () => handle.close(),
  };
}

/** Writes a new file and returns once the disk has it. */
async function writeDurably(path: string, content: ReturnType<FileToWrite['content']>): Promise<void> {
  const handle = await open(path, 'wx');
  try {
    for await (const bytes of content) {
      let done = 0;
      while (done < bytes.length) {
        const length = Math.min(bytes.length - done, LARGEST_CALL);
        done += (await handle.write(bytes, done, length)).bytesWritten;
      }
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Makes renames durable where the system can (Windows cannot open a folder). */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r').catch(() => undefined);
  if (handle === undefined) return;
  await handle.sync().catch(() => undefined);
  await handle.close();
}

/**
 * Puts finished temporary files in place of the former ones. A kill in the middle leaves a folder without the last
 * file, and the former files under `.NAME.ID.old`; any other failure puts everything back.
 */
async function exchange(
  directory: string,
  names: readonly string[],
  remove: readonly string[],
  temporary: (name: string, ending: 'tmp' | 'old') => string,
): Promise<void> {
  const moved: { readonly from: string; readonly to: string }[] = [];
  const move = async (from: string, to: string): Promise<void> => {
    await rename(from, to);
    moved.push({ from, to });
  };
  const old: string[] = [];
  try {
    // One file replaces another in a single step. With several, the last one goes away first and comes back last.
    if (names.length > 1 || remove.length > 0) {
      for (const name of [...names].reverse().concat(remove)) {
        if (!(await fileExists(join(directory, name)))) continue;
        const aside = temporary(name, 'old');
        await move(join(directory, name), aside);
        if (old.push(aside) === 1) await syncDirectory(directory);
      }
    }
    for (const name of names) await move(temporary(name, 'tmp'), join(directory, name));
  } catch (error) {
    for (const { from, to } of moved.reverse()) await rename(to, from).catch(() => undefined);
    throw error;
  }
  await syncDirectory(directory);
  for (const path of old) await rm(path, { force: true }).catch(() => undefined);
}

async function writeAll(
  directory: string,
  files: readonly FileToWrite[],
  remove: readonly string[] = [],
): Promise<void> {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const temporary = (name: string, ending: 'tmp' | 'old'): string =>
    join(directory, temporaryName(name, id, ending));
  let created: string | undefined;
  let current = directory;
  try {
    created = await mkdir(directory, { recursive: true });
    for (const { name, content } of files) {
      current = join(directory, name);
      await writeDurably(temporary(name, 'tmp'), content());
    }
    current = directory;
    await exchange(
      directory,
      files.map(({ name }) => name),
      remove,
      temporary,
    );
  } catch (error) {
    for (const { name } of files) await rm(temporary(name, 'tmp'), { force: true }).catch(() => undefined);
    // Only an empty folder goes, and only one that was not there before.
    if (created !== undefined) await rmdir(directory).catch(() => undefined);
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    const message = `${current}: cannot be written: ${REASONS[errno] ?? String(error)}. Nothing was replaced.`;
    throw new CheckpointError('write-failed', message, { file: current, cause: error });
  }
  // The save is done: what goes wrong from here on must not make it look failed.
  await removeLeftovers(
    directory,
    files.map(({ name }) => name),
  ).catch(() => undefined);
}

async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    (information) => information.isFile(),
    () => false,
  );
}

/** Files of the operating system. */
export const files: FilePort = {
  join,
  split: (path) => ({ directory: dirname(path), name: basename(path) }),
  exists: fileExists,
  list: (directory) => readdir(directory).catch(() => []),
  open: openFile,
  writeAll,
};
