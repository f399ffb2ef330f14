import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat, truncate } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

import { TrainError } from './errors.js';
import type { HostPort } from './host.js';

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space',
  EDQUOT: 'the disk quota is used up; free some space',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such folder, or a link points nowhere',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  EEXIST: 'a file of that name is in the way',
};

/** Of system errors makes ours; others stay. */
async function guarded<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const code = errnoOf(error);
    if (code === undefined) throw error;
    throw new TrainError(
      'file-failed',
      `${path}: ${REASONS[code] ?? String(error)}.`,
      { file: path },
      { cause: error },
    );
  }
}

/** Code of a system error. By its fields: an error from another realm is no `instanceof Error`. */
function errnoOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error) || !('syscall' in error))
    return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

const isMissing = (error: unknown): boolean => errnoOf(error) === 'ENOENT';

/** `.NAME.ID.tmp` is not complete, `.NAME.old` was moved aside. */
const TEMPORARY = /^\.(.+)\.[0-9a-f]{12}\.tmp$/;
const ASIDE = /^\.(.+)\.old$/;

function asideOf(path: string): string {
  return join(dirname(path), `.${basename(path)}.old`);
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Moves a finished file or folder to its name. A file goes in one step; a folder must first make room. */
async function moveInto(temporary: string, path: string): Promise<void> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (!isFolder) {
    await rename(temporary, path);
    return;
  }
  const aside = asideOf(path);
  await rm(aside, { recursive: true, force: true });
  await rename(path, aside);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rename(aside, path);
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}

async function replace(path: string, write: (temporary: string) => Promise<void>): Promise<void> {
  const directory = dirname(path);
  const temporary = join(directory, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  await guarded(path, async () => {
    await mkdir(directory, { recursive: true });
    try {
      await write(temporary);
      await moveInto(temporary, path);
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  });
}

/** Files of the operating system. */
export const host: HostPort = {
  join,
  split: (path) => ({ directory: dirname(path), name: basename(path) }),
  async list(directory) {
    const names = await readdir(directory).catch(() => []);
    const entries = await Promise.all(
      names.map(async (name) => ({
        name,
        modified: await stat(join(directory, name)).then(
          ({ mtimeMs }) => mtimeMs,
          () => 0, // gone meanwhile
        ),
      })),
    );
    return entries;
  },
  read: (path) =>
    guarded(path, () =>
      readFile(path).catch((error: unknown) => {
        if (isMissing(error)) return undefined;
        throw error;
      }),
    ),
  append: (path, content) =>
    guarded(path, async () => {
      await mkdir(dirname(path), { recursive: true });
      await appendFile(path, content);
    }),
  truncate: (path, size) => guarded(path, () => truncate(path, size)),
  replace,
  write: (path, content) =>
    replace(path, async (temporary) => {
      const handle = await open(temporary, 'wx');
      try {
        await handle.writeFile(content);
        await handle.sync();
      } finally {
        await handle.close();
      }
    }),
  remove: (path) => guarded(path, () => rm(path, { recursive: true, force: true })),
  async recover(directory, matches) {
    const names = await readdir(directory).catch(() => []);
    for (const name of names) {
      const path = join(directory, name);
      const unfinished = TEMPORARY.exec(name)?.[1];
      const moved = ASIDE.exec(name)?.[1];
      if (unfinished !== undefined && matches(unfinished)) await rm(path, { recursive: true, force: true });
      if (moved === undefined || !matches(moved)) continue;
      if (await exists(join(directory, moved))) await rm(path, { recursive: true, force: true });
      else await rename(path, join(directory, moved));
    }
  },
  identity: () => ({ hostName: hostname(), processId: process.pid }),
  residentBytes: () => process.memoryUsage.rss(),
};
