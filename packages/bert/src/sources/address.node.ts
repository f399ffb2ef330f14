import { mkdir, readFile, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { checkRoom } from './disk.node.js';
import { download } from './download.node.js';
import { latestEntry, provideEntry, sourceFolder } from './entry.node.js';
import { isOffline } from './environment.node.js';
import { SourceError } from './errors.js';
import { chooseWeights, COMPANIONS, isWeightsFile, shardsOf, WEIGHT_NAMES } from './model-files.js';
import { isAway, offline, resolveRemoteArchive } from './remote-archive.node.js';
import { askFile, refusedAddress, type RemoteFile } from './remote-file.js';
import { SAVED_MODEL } from '../saved-model/find-saved-model.js';
import { exists } from './hub-cache.node.js';
import { unescapedPart } from './hub-id.js';
import type { ResolveOptions } from './sources.js';
import type { Timing } from './timing.js';

/** Weights of several files, whose names are fixed by their formats. */
const IN_PARTS: readonly string[] = [
  'keras_metadata.pb',
  'variables/variables.index',
  'variables/variables.data-00000-of-00001',
  'assets/vocab.txt',
  'bert_model.ckpt.index',
  'bert_model.ckpt.data-00000-of-00001',
];

interface Site {
  readonly source: string;
  /** address of the folder, without a slash at its end, and what belongs behind each file's name */
  readonly base: string;
  readonly query: string;
  readonly options: ResolveOptions;
  readonly timing: Timing;
}

const addressOf = ({ base, query }: Site, name: string): string => `${base}/${name}${query}`;

/** Asks for several files' heads, six at a time. Pages that stand for what is missing are no files. */
async function askFiles(site: Site, names: readonly string[]): Promise<Map<string, RemoteFile>> {
  const found = new Map<string, RemoteFile>();
  const queue = [...names];
  const { signal } = site.options;
  const work = async (): Promise<void> => {
    for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
      const remote = await askFile(addressOf(site, name), { signal, timing: site.timing }).catch(
        (error: unknown) => {
          // Stores of files answer 403 where there is nothing.
          if ((error as { status?: unknown }).status === 403) return undefined;
          throw error;
        },
      );
      if (remote && !remote.type.startsWith('text/html')) found.set(name, remote);
    }
  };
  await Promise.all(Array.from({ length: 6 }, work));
  return found;
}

/** Fetches files into the folder of an unfinished entry; those that are whole stay from one try to the next. */
async function fetchFiles(
  site: Site,
  files: ReadonlyMap<string, RemoteFile>,
  work: string,
  directory: string,
): Promise<void> {
  const { options, source, timing } = site;
  const sizes = [...files.values()].map(({ size }) => size);
  const total = sizes.includes(undefined)
    ? undefined
    : (sizes as number[]).reduce((sum, size) => sum + size, 0);
  await checkRoom(work, total ?? 0, source);
  let before = 0;
  for (const [name, { size, etag }] of files) {
    const path = join(work, name);
    const address = addressOf(site, name);
    if (!(await exists(path))) {
      await mkdir(dirname(path), { recursive: true });
      await download({
        address,
        path: `${path}.incomplete`,
        size,
        etag,
        signal: options.signal,
        timing,
        refuse: (response) => refusedAddress(response, address),
        onBytes: (done) =>
          options.onProgress?.({ stage: 'downloading', file: name, done: before + done, total, directory }),
      });
      await rename(`${path}.incomplete`, path);
    }
    before += size ?? 0;
  }
}

/** Files of a folder at an address; `weights` where those are given. */
async function resolveFolder(site: Site, given: string | undefined): Promise<string> {
  const { source, base, options } = site;
  const folder = sourceFolder(source, base.replace(/^\w+:\/\//, ''), options);
  const latest = await latestEntry(folder);
  const result = (directory: string): string =>
    given === undefined || WEIGHT_NAMES.includes(given) ? directory : join(directory, given);
  if (isOffline(options)) {
    if (latest === undefined) throw offline(source, folder.path);
    return result(latest);
  }
  try {
    const companions = await askFiles(site, [
      ...COMPANIONS,
      ...(given === undefined ? [...WEIGHT_NAMES, ...IN_PARTS] : [given]),
    ]);
    const weights = given === undefined ? chooseWeights([...companions.keys()])?.files : [given];
    if (!weights?.every((name) => companions.has(name))) {
      const found = companions.size === 0 ? 'no file of a model' : [...companions.keys()].join(', ');
      const message = `${source}: expected weights (${WEIGHT_NAMES.join(', ')}) and their config below ${base}/, found ${found}. Give the address of a folder, of weights or of an archive.`;
      throw new SourceError('no-model', message, { source });
    }
    const files = new Map(
      [...companions].filter(([name]) => COMPANIONS.includes(name) || weights.includes(name)),
    );
    const content = [...files].map(([name, { etag, modified, size }]) => ({ name, etag, modified, size }));
    const directory = await provideEntry(folder, content, options, async (unpacked, work) => {
      await mkdir(work, { recursive: true });
      await fetchFiles(site, files, work, folder.path);
      const index = weights.find((name) => name.endsWith('.index.json'));
      if (index !== undefined) {
        const shards = shardsOf(JSON.parse(await readFile(join(work, index), 'utf8')));
        if (shards === undefined) {
          const message = `${addressOf(site, index)}: expected a list of files in the same folder (weight_map), found something else.`;
          throw new SourceError('no-model', message, { source });
        }
        const remote = await askFiles(site, shards);
        const missing = shards.filter((name) => !remote.has(name));
        if (missing.length > 0) {
          const message = `${addressOf(site, index)}: expected ${missing.join(', ')} beside it, found no such files.`;
          throw new SourceError('not-found', message, { source });
        }
        await fetchFiles(site, remote, work, folder.path);
      }
      await rename(work, unpacked);
    });
    return result(directory);
  } catch (error) {
    if (latest !== undefined && isAway(error)) return result(latest);
    throw error;
  }
}

/**
 * A model at an address (of an archive, of weights, or of a folder) as a folder of our cache.
 * @throws SourceError
 */
export async function resolveAddress(
  source: string,
  options: ResolveOptions,
  timing: Timing,
): Promise<string> {
  if (!URL.canParse(source)) {
    throw new SourceError(
      'not-a-source',
      `${source}: expected an address such as https://example.org/model, found none.`,
      { source },
    );
  }
  const url = new URL(source);
  const name = unescapedPart(url.pathname.split('/').at(-1) ?? '');
  const asArchive = (): Promise<string> =>
    resolveRemoteArchive(
      { source, name: name || url.hostname, address: () => Promise.resolve(source) },
      options,
      timing,
    );
  if (/\.(zip|tar|tar\.gz|tgz)$/i.test(name)) return asArchive();
  const isFile = isWeightsFile(name);
  const path = isFile || name === SAVED_MODEL ? url.pathname.replace(/[^/]*$/, '') : url.pathname;
  const base = url.origin + path.replace(/\/+$/, '');
  const site: Site = { source, base, query: url.search, options, timing };
  if (isFile) return resolveFolder(site, name);
  if (!isOffline(options) && !url.pathname.endsWith('/')) {
    // Such as …/download?id=7: what it is shows in its type.
    const remote = await askFile(source, { signal: options.signal, timing }).catch(() => undefined);
    if (/^application\/(zip|gzip|x-gzip|x-tar|x-gtar|x-zip-compressed|x-compressed)/.test(remote?.type ?? ''))
      return asArchive();
  }
  return resolveFolder(site, undefined);
}
