import { mkdir, statfs } from 'node:fs/promises';

import { SourceError } from './errors.js';

/** `440 MB`, `1.2 GB`. */
function sizeText(bytes: number): string {
  return bytes < 1e6
    ? `${Math.ceil(bytes / 1e3)} kB`
    : bytes < 1e9
      ? `${Math.round(bytes / 1e6)} MB`
      : `${(bytes / 1e9).toFixed(1)} GB`;
}

const MOVE = 'set HF_HUB_CACHE (models of the hub) or BERTUNE_CACHE (all others) to a folder on another disk';

/** Errors of the file system as what they mean for the cache; others as they are. */
export function asSourceError(error: unknown, source: string, cache: string): unknown {
  if (error instanceof SourceError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    const message = `${cache}: the disk is full, so ${source} cannot be kept. Free some space, or ${MOVE}.`;
    return new SourceError('disk-full', message, { source, cause: error });
  }
  if (!['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EFBIG'].includes(code ?? '')) return error;
  const message = `${cache}: the cache cannot be written (${(error as Error).message}). Make it writable, or ${MOVE.replace('another disk', 'a disk that can')}.`;
  return new SourceError('cache-not-writable', message, { source, cause: error });
}

/**
 * Makes sure that a folder's disk has room.
 * @throws SourceError `disk-full`
 */
export async function checkRoom(folder: string, bytes: number, source: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize >= bytes) return;
  const message = `${folder}: expected ${sizeText(bytes)} free for ${source}, found ${sizeText(bavail * bsize)}. Free some space, or ${MOVE}.`;
  throw new SourceError('disk-full', message, { source });
}
