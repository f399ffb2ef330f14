import { mkdir, mkdtemp, open, readdir, rename, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { AppError } from './errors.js';

/** Writes of this process: no two use the same temporary name. */
let writes = 0;

/** Writes text under a temporary name in the same folder, flushes it to disk, then renames it. */
export async function writeFileAtomic(file: string, text: string): Promise<void> {
  const temporary = `${file}.${process.pid}-${++writes}.partial`;
  try {
    const handle = await open(temporary, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Fills a folder in one go: `write` gets an empty folder beside the final names, and its files move out of it only
 * when all are complete. A failure leaves what was there before as it was.
 */
export async function fillDirectory(
  directory: string,
  write: (staging: string) => Promise<void>,
): Promise<void> {
  await mkdir(directory, { recursive: true });
  const staging = await mkdtemp(join(directory, '.partial-'));
  try {
    await write(staging);
    for (const entry of await readdir(staging, { withFileTypes: true })) {
      const target = join(directory, entry.name);
      if (entry.isDirectory()) await rm(target, { recursive: true, force: true }); // else only files can be replaced
      await rename(join(staging, entry.name), target);
    }
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/**
 * Makes sure that a folder can take files without loss, before hours are spent on what goes there.
 * @param names files that must not be there; any file counts when absent
 * @param where argument that names the folder, for messages
 * @throws AppError `output-exists`
 */
export async function checkOutput(
  directory: string,
  options: { readonly overwrite: boolean; readonly names?: readonly string[]; readonly where?: string },
): Promise<void> {
  const { where = '--output' } = options;
  const present = await listDirectory(directory, where);
  const inTheWay = present.filter((name) => options.names?.includes(name) ?? true);
  if (inTheWay.length > 0 && !options.overwrite) {
    throw new AppError('output-exists', {
      where,
      expected: options.names ? `none of ${options.names.join(', ')}` : 'an empty or new directory',
      found: `${inTheWay.slice(0, 3).join(', ')}${inTheWay.length > 3 ? ', ...' : ''} in ${directory}`,
      remedy: 'Name another directory, or add --overwrite to replace files of the same name.',
    });
  }
  // A try shows a read-only or full disk now.
  await fillDirectory(directory, async (staging) => {
    await writeFileAtomic(join(staging, 'probe'), '');
    await rm(join(staging, 'probe'));
  });
}

async function listDirectory(directory: string, where: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return [];
    if (code !== 'ENOTDIR') throw error;
    throw new AppError('output-exists', {
      where,
      expected: 'a directory',
      found: `a file at ${directory}`,
      remedy: `Name another one; ${dirname(directory)} holds it.`,
      cause: error,
    });
  }
}

/**
 * Makes sure that the disk has room, before hours are spent on what would not fit.
 * @param directory exists
 * @throws AppError `disk`
 */
export async function checkSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  if (free >= bytes) return;
  const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
  throw new AppError('disk', {
    where: '--output',
    expected: `room for the model, about ${megabytes(bytes)}`,
    found: `${megabytes(free)} free at ${directory}`,
    remedy: 'Free some space, or name a directory on another disk.',
  });
}
