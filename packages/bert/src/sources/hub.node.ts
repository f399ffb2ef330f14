import { readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { asSourceError, checkRoom } from './disk.node.js';
import { download } from './download.node.js';
import { hubEnvironment, type HubEnvironment } from './environment.node.js';
import { SourceError } from './errors.js';
import { hashLike } from './hash.node.js';
import {
  COMMIT,
  exists,
  hubFolder,
  keepBlob,
  lacks,
  linkBlob,
  listFiles,
  readRef,
  writeRef,
  type HubFolder,
} from './hub-cache.node.js';
import { refusal, type Asked } from './hub-errors.js';
import type { HubId } from './hub-id.js';
import { withLock } from './lock.node.js';
import { chooseWeights, COMPANIONS, shardsOf } from './model-files.js';
import { request } from './request.js';
import type { ResolveOptions } from './sources.js';
import { TIMING, type Timing } from './timing.js';

/** A model that is being fetched. */
interface Job {
  readonly id: string;
  readonly revision: string;
  readonly environment: HubEnvironment;
  readonly folder: HubFolder;
  readonly options: ResolveOptions;
  readonly timing: Timing;
}

/** What the hub says of a file: a `HEAD` of it, as Python's client asks. */
interface RemoteFile {
  readonly name: string;
  readonly etag: string;
  readonly size: number | undefined;
}

const askedOf = (job: Job, file?: string): Asked => ({
  endpoint: job.environment.endpoint,
  id: job.id,
  revision: job.revision,
  file,
  hasToken: job.environment.token !== undefined,
  lookUp: async (path) => {
    const response = await ask(job, path).catch(() => undefined);
    return response?.ok === true ? (response.json() as Promise<unknown>).catch(() => undefined) : undefined;
  },
});

const authorizationOf = ({ environment: { token } }: Job): string | undefined => token && `Bearer ${token}`;

function ask(
  job: Job,
  path: string,
  more: { method?: 'HEAD'; redirects?: 'same-host' } = {},
): Promise<Response> {
  const { environment, options, timing } = job;
  return request(environment.endpoint + path, {
    ...more,
    authorization: authorizationOf(job),
    signal: options.signal,
    timing,
  });
}

function nonsense({ id, environment }: Job, what: string): SourceError {
  const message = `${id}: ${environment.endpoint} does not answer as a Hugging Face hub does (${what}). Look at HF_ENDPOINT, and at proxies.`;
  return new SourceError('download-failed', message, { source: id });
}

/** Commit of the revision and names of its files. */
async function askModel(job: Job): Promise<{ commit: string; files: string[] }> {
  const response = await ask(job, `/api/models/${job.id}/revision/${encodeURIComponent(job.revision)}`);
  if (!response.ok) throw await refusal(response, askedOf(job));
  const json = (await response.json().catch(() => undefined)) as
    { sha?: unknown; siblings?: unknown } | undefined;
  const { sha, siblings } = json ?? {};
  if (typeof sha !== 'string' || !COMMIT.test(sha)) throw nonsense(job, 'no commit');
  if (!Array.isArray(siblings)) throw nonsense(job, 'no list of files');
  const names = siblings.map((file) => (file as { rfilename?: unknown } | null)?.rfilename);
  return { commit: sha, files: names.filter((name) => typeof name === 'string') };
}

const addressOf = (commit: string, { id }: Job, name: string): string =>
  `/${id}/resolve/${commit}/${name.split('/').map(encodeURIComponent).join('/')}`;

async function askFile(job: Job, commit: string, name: string): Promise<RemoteFile> {
  const response = await ask(job, addressOf(commit, job, name), { method: 'HEAD', redirects: 'same-host' });
  const { headers, status } = response;
  if (status >= 400) throw await refusal(response, askedOf(job, name));
  const etag = (headers.get('x-linked-etag') ?? headers.get('etag') ?? '')
    .replace(/^W\//, '')
    .replaceAll('"', '');
  // It becomes the name of a file.
  if (!/^\w[\w.-]{0,200}$/.test(etag)) throw nonsense(job, `no usable ETag for ${name}`);
  const size = headers.get('x-linked-size') ?? (status < 300 ? headers.get('content-length') : null);
  return { name, etag, size: size === null ? undefined : Number(size) };
}

/** Fetches one file to its blob, checks its hash, and names it in the snapshot. */
async function fetchFile(
  job: Job,
  commit: string,
  file: RemoteFile,
  onBytes: (done: number) => void,
): Promise<void> {
  const { folder, id, environment, options, timing } = job;
  const { etag, name, size } = file;
  const onWait = (holder: string): void =>
    options.onProgress?.({
      stage: 'waiting',
      file: holder,
      done: 0,
      total: undefined,
      directory: folder.path,
    });
  await withLock(folder.lock(etag), { onWait, signal: options.signal }, async () => {
    if (!(await exists(folder.blob(etag)))) {
      await fetchBlob();
      await keepBlob(folder, etag);
    }
    await linkBlob(folder, etag, join(folder.snapshot(commit), name));
  });

  async function fetchBlob(): Promise<void> {
    const path = folder.incomplete(etag);
    try {
      const done = await download({
        address: environment.endpoint + addressOf(commit, job, name),
        path,
        size,
        authorization: authorizationOf(job),
        signal: options.signal,
        timing,
        refuse: (response) => refusal(response, askedOf(job, name)),
        onBytes,
      });
      const found = await hashLike(etag, path, done);
      if (found === undefined || found === etag) return;
      const isPointer = done < 1024 && (await readFile(path, 'utf8')).startsWith('version https://git-lfs.');
      const message = isPointer
        ? `${id}, ${name}: ${environment.endpoint} sent the Git LFS pointer, not the file. It is no full mirror: set HF_ENDPOINT to another.`
        : `${id}, ${name}: expected a file with hash ${etag}, found ${found}. It was damaged on its way and is not kept: try again.`;
      throw new SourceError(isPointer ? 'lfs-pointer' : 'hash-mismatch', message, { source: id });
    } catch (error) {
      const { code } = error as { code?: unknown };
      // What is wrong cannot be continued, and on a full disk every byte counts.
      if (['hash-mismatch', 'lfs-pointer', 'ENOSPC', 'EDQUOT'].includes(String(code)))
        await rm(path, { force: true });
      throw error;
    }
  }
}

/** Fetches those of some files that the snapshot lacks. */
async function fetchFiles(job: Job, commit: string, names: readonly string[]): Promise<void> {
  const { folder, options, environment, id } = job;
  const snapshot = folder.snapshot(commit);
  const missing: RemoteFile[] = [];
  for (const name of names)
    if (!(await exists(join(snapshot, name)))) missing.push(await askFile(job, commit, name));
  let toFetch = 0;
  for (const { etag, size = 0 } of missing) {
    if (await exists(folder.blob(etag))) continue;
    const have = await stat(folder.incomplete(etag)).then(
      (found) => found.size,
      () => 0,
    );
    toFetch += Math.max(0, size - have);
  }
  await checkRoom(join(folder.path, 'blobs'), toFetch, id).catch((error: unknown) => {
    throw asSourceError(error, id, environment.cache);
  });
  const total = missing.every(({ size }) => size !== undefined)
    ? missing.reduce((sum, { size = 0 }) => sum + size, 0)
    : undefined;
  let before = 0;
  for (const file of missing) {
    const report = (done: number): void =>
      options.onProgress?.({
        stage: 'downloading',
        file: file.name,
        done: before + done,
        total,
        directory: folder.path,
      });
    await fetchFile(job, commit, file, report);
    before += file.size ?? 0;
  }
}

async function fetchModel(job: Job): Promise<string> {
  const { id, revision, folder } = job;
  const { commit, files } = await askModel(job);
  const snapshot = folder.snapshot(commit);
  const present = chooseWeights(await listFiles(snapshot));
  const listed = chooseWeights(files);
  // What Python has fetched serves as well as what we would have chosen.
  const weights = present?.files.length === 1 ? present : listed;
  if (weights === undefined) {
    const list =
      files.length > 30
        ? `${files.slice(0, 30).join(', ')}, and ${files.length - 30} more`
        : files.join(', ');
    const message = `${id}: expected weights in one of the formats that this package reads, found ${list || 'no files'}.`;
    throw new SourceError('no-model', message, { source: id });
  }
  const companions = COMPANIONS.filter((name) => files.includes(name));
  try {
    await fetchFiles(job, commit, companions);
  } catch (error) {
    // A cache that others keep and we may only read: what it has of this commit is enough to load the model.
    const reason = (asSourceError(error, id, folder.path) as { code?: unknown }).code;
    if (reason === 'cache-not-writable' && (await lacks(snapshot)).length === 0) return snapshot;
    throw error;
  }
  await fetchFiles(job, commit, weights.files);
  if (weights.index !== undefined) {
    const path = join(snapshot, weights.index);
    const shards = shardsOf(JSON.parse(await readFile(path, 'utf8').catch(() => 'null')));
    if (shards === undefined) throw nonsense(job, `${weights.index} is no list of files`);
    await fetchFiles(job, commit, shards);
  }
  await writeRef(folder, revision, commit).catch((error: unknown) => {
    const { code } = asSourceError(error, id, folder.path) as { code?: unknown };
    // What the name means is asked again next time; the model itself is whole.
    if (code !== 'cache-not-writable') throw error;
  });
  return snapshot;
}

/** The snapshot in the cache, when it has all that loading needs. */
async function fromCache(folder: HubFolder, revision: string): Promise<{ snapshot?: string; why: string }> {
  const commit = await readRef(folder, revision);
  if (commit === undefined) return { why: `nothing of revision ${revision}` };
  const snapshot = folder.snapshot(commit);
  if (!(await exists(snapshot))) return { why: `nothing of revision ${revision}` };
  const missing = await lacks(snapshot);
  return missing.length === 0 ? { snapshot, why: '' } : { why: `${snapshot} without ${missing.join(', ')}` };
}

/**
 * A model of the Hugging Face hub as a folder of the cache. The hub is asked what the revision means each time, as
 * Python's client does; when it cannot be reached, what the cache has is used.
 * @throws SourceError
 */
export async function resolveHub(
  hub: HubId,
  options: ResolveOptions,
  timing: Timing = TIMING,
): Promise<string> {
  const environment = await hubEnvironment(options);
  const { id, revision = 'main' } = hub;
  const folder = hubFolder(environment.cache, id);
  const cached = await fromCache(folder, revision);
  if (cached.snapshot !== undefined && (environment.offline || COMMIT.test(revision))) return cached.snapshot;
  if (environment.offline) {
    const message = `${id}: the network is not to be used (HF_HUB_OFFLINE, or the option offline), and the cache ${environment.cache} has ${cached.why}. Fetch it once with the network, or copy the cache from another machine.`;
    throw new SourceError('offline', message, { source: id });
  }
  try {
    return await fetchModel({ id, revision, environment, folder, options, timing });
  } catch (error) {
    const { code, status = 0 } = error as { code?: unknown; status?: number };
    const isAway =
      code === 'no-network' || code === 'rate-limited' || (code === 'download-failed' && status >= 500);
    if (isAway && cached.snapshot !== undefined) return cached.snapshot;
    if (code === 'no-network') {
      const { message, cause } = error as SourceError;
      const why = message.slice(message.indexOf(': ') + 2);
      throw new SourceError('no-network', `${id}: ${why} The cache ${environment.cache} has ${cached.why}.`, {
        source: id,
        cause,
      });
    }
    throw asSourceError(error, id, environment.cache);
  }
}
