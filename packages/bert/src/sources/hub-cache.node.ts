import { randomUUID } from 'node:crypto';
import {
  access,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

import { chooseWeights, shardsOf } from './model-files.js';

/** Full name of a commit. */
export const COMMIT = /^[0-9a-f]{40}$/;

/** One model's folder in the hub's cache, laid out as Python's `huggingface_hub` lays it out. */
export interface HubFolder {
  /** `models--OWNER--NAME` */
  readonly path: string;
  /** folder of one commit's files */
  snapshot(commit: string): string;
  /** file with the content of one ETag */
  blob(etag: string): string;
  /** what a download that has not ended goes to. Not Python's name for it: old versions append to that one. */
  incomplete(etag: string): string;
  lock(etag: string): string;
}

/** @param cache folder of the cache @param id checked by `parseHubId` */
export function hubFolder(cache: string, id: string): HubFolder {
  const name = `models--${id.replace('/', '--')}`;
  const path = join(cache, name);
  return {
    path,
    snapshot: (commit) => join(path, 'snapshots', commit),
    blob: (etag) => join(path, 'blobs', etag),
    incomplete: (etag) => join(path, 'blobs', `${etag}.bertune.incomplete`),
    // Beside Python's, which are held by flock; what lies in the cache is whole whoever writes it.
    lock: (etag) => join(cache, '.locks', name, `${etag}.bertune.lock`),
  };
}

/** Whether a path leads to a file, links followed. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );

/** The commit that a branch or tag meant when it was last asked for. */
export async function readRef(folder: HubFolder, revision: string): Promise<string | undefined> {
  if (COMMIT.test(revision)) return revision;
  const commit = (await readFile(join(folder.path, 'refs', revision), 'utf8').catch(() => '')).trim();
  return COMMIT.test(commit) ? commit : undefined;
}

/** Notes what a branch or tag means. */
export async function writeRef(folder: HubFolder, revision: string, commit: string): Promise<void> {
  if (revision === commit || (await readRef(folder, revision)) === commit) return;
  const file = join(folder.path, 'refs', revision);
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, commit);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** Puts a finished download in its place; from then on it counts. */
export async function keepBlob(folder: HubFolder, etag: string): Promise<void> {
  await rename(folder.incomplete(etag), folder.blob(etag));
  const handle = await open(dirname(folder.blob(etag)), 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Gives a blob its name in a snapshot: by a relative link, or, where the system has none, by moving it there. */
export async function linkBlob(folder: HubFolder, etag: string, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  try {
    await symlink(relative(dirname(file), folder.blob(etag)), temporary);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      throw error;
    await rename(folder.blob(etag), file);
  }
}

/** Names of a folder's files, two levels deep, with `/`. Links that lead nowhere are no files. */
export async function listFiles(directory: string, prefix = ''): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readdir(join(directory, prefix)).catch(() => [])) {
    const path = prefix === '' ? name : `${prefix}/${name}`;
    const found = await stat(join(directory, path)).catch(() => undefined);
    if (found?.isFile()) names.push(path);
    else if (found && path.split('/').length < 3) names.push(...(await listFiles(directory, path)));
  }
  return names;
}

/** What a snapshot lacks to be loaded: names of files, or `config.json`, `weights`. Empty: nothing. */
export async function lacks(snapshot: string): Promise<string[]> {
  const present = await listFiles(snapshot);
  const weights = chooseWeights(present);
  if (weights === undefined) return ['weights'];
  const missing: string[] = [];
  if (weights.index !== undefined) {
    const text = await readFile(join(snapshot, weights.index), 'utf8');
    let shards: string[] | undefined;
    try {
      shards = shardsOf(JSON.parse(text));
    } catch {
      // The loader says what is wrong with it.
    }
    missing.push(...(shards ?? []).filter((name) => !present.includes(name)));
  }
  const described = ['config.json', 'bert_config.json', 'saved_model.pb', 'variables/variables.index'];
  if (!described.some((name) => present.includes(name))) missing.push('config.json');
  return missing;
}
