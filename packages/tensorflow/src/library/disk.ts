import { readdir, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';

import type { Build } from './builds.js';
import { LibraryError } from './errors.js';

/** Errors of the file system as what they mean for the cache; others as they are. */
export function asLibraryError(error: unknown, cache: string): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return full(cache, 'more room than there is', 'a full disk', error);
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOENT'].includes(code ?? '')) return error;
  return new LibraryError(
    'cache-not-writable',
    {
      where: cache,
      expected: 'a cache folder that can be written',
      found: (error as Error).message,
      remedy: 'Set BERTUNE_CACHE to a folder that can be written.',
    },
    { cause: error },
  );
}

function full(where: string, expected: string, found: string, cause?: unknown): LibraryError {
  const remedy = 'Free some space, or set BERTUNE_CACHE to a folder on another disk.';
  return new LibraryError('disk-full', { where, expected, found, remedy }, { cause });
}

/**
 * Makes sure that the disk has room for the download and what is unpacked from it.
 * @throws LibraryError `disk-full`
 */
export async function checkRoom(cache: string, downloads: string, build: Build): Promise<void> {
  let have = 0;
  for (const name of await readdir(downloads).catch(() => []))
    have += (await stat(join(downloads, name))).size;
  const need = Math.max(0, build.downloadBytes - have) + build.unpackedBytes;
  const { bavail, bsize } = await statfs(cache);
  if (bavail * bsize >= need) return;
  const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;
  throw full(
    cache,
    `${gigabytes(need)} free for the download and what is unpacked from it`,
    gigabytes(bavail * bsize),
  );
}
