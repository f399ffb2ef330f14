import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { asSourceError } from './disk.node.js';
import { ownCache } from './environment.node.js';
import { exists } from './hub-cache.node.js';
import { withLock } from './lock.node.js';
import type { ResolveOptions } from './sources.js';

/** One source in our cache: a folder, with a folder in it for each content that the source has had. */
export interface SourceFolder {
  readonly source: string;
  readonly path: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 20);

/** @param source address or absolute path @param name for people who look into the cache */
export function sourceFolder(source: string, name: string, options: ResolveOptions): SourceFolder {
  const readable = name.replaceAll(/[^\w.-]+/g, '-').slice(0, 60);
  return { source, path: join(ownCache(options), `${readable}-${hash(source)}`) };
}

/** The content that was last found under a source; undefined where there is none. */
export async function latestEntry(folder: SourceFolder): Promise<string | undefined> {
  const text = await readFile(join(folder.path, 'latest.json'), 'utf8').catch(() => '{}');
  try {
    const { entry } = JSON.parse(text) as { entry?: unknown };
    const path =
      typeof entry === 'string' && /^[0-9a-f]+$/.test(entry) ? join(folder.path, entry) : undefined;
    return path !== undefined && (await exists(path)) ? path : undefined;
  } catch {
    return undefined;
  }
}

async function writeLatest({ path, source }: SourceFolder, entry: string): Promise<void> {
  const temporary = join(path, `.latest.${randomUUID()}`);
  try {
    await writeFile(temporary, `${JSON.stringify({ source, entry }, undefined, 2)}\n`);
    await rename(temporary, join(path, 'latest.json'));
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * The folder for one content, made by `fill` where it is not there yet. A second process that wants the same waits.
 * @param content what tells one content from another: ETags, sizes, times
 * @param fill puts the files into `directory`, which does not exist yet; may keep what it can use again under `work`
 * @throws SourceError
 */
export async function provideEntry(
  folder: SourceFolder,
  content: unknown,
  options: ResolveOptions,
  fill: (directory: string, work: string) => Promise<void>,
): Promise<string> {
  const id = hash(JSON.stringify(content));
  const directory = join(folder.path, id);
  const work = `${directory}.download`;
  try {
    if (!(await exists(directory))) {
      const onWait = (file: string): void =>
        options.onProgress?.({ stage: 'waiting', file, done: 0, total: undefined, directory: folder.path });
      await withLock(`${directory}.lock`, { onWait, signal: options.signal }, async () => {
        if (await exists(directory)) return;
        await mkdir(folder.path, { recursive: true });
        await fill(directory, work);
        await rm(work, { recursive: true, force: true });
      });
    }
    if ((await latestEntry(folder)) !== directory) await writeLatest(folder, id);
    return directory;
  } catch (error) {
    throw asSourceError(error, folder.source, folder.path);
  }
}
