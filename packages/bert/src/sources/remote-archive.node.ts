import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { extract, findModel } from './archive.node.js';
import { checkRoom } from './disk.node.js';
import { download } from './download.node.js';
import { latestEntry, provideEntry, sourceFolder } from './entry.node.js';
import { isOffline } from './environment.node.js';
import { SourceError } from './errors.js';
import { askFile, refusedAddress } from './remote-file.js';
import { throwIfAborted } from './request.js';
import type { ResolveOptions } from './sources.js';
import type { Timing } from './timing.js';

/** Where an archive is, and who asks. */
export interface RemoteArchive {
  /** what the user gave; also what the cache knows it by */
  readonly source: string;
  /** name in the cache */
  readonly name: string;
  /** finds out where the archive is; may ask a server */
  readonly address: () => Promise<string>;
  readonly authorization?: string | undefined;
  /** makes the error of an answer that is no file; default: by its status alone */
  readonly refuse?: ((response: Response) => Promise<Error>) | undefined;
}

/** Whether a server is away, rather than of another opinion. */
export function isAway(error: unknown): boolean {
  const { code, status = 0 } = error as { code?: unknown; status?: number };
  return code === 'no-network' || code === 'rate-limited' || (code === 'download-failed' && status >= 500);
}

/**
 *
 */
export function offline(source: string, cache: string): SourceError {
  const message = `${source}: the network is not to be used (HF_HUB_OFFLINE, or the option offline), and it is not in the cache (${cache}). Fetch it once with the network, or give a folder.`;
  return new SourceError('offline', message, { source });
}

/**
 * An archive elsewhere as a folder of our cache: fetched when its ETag, time or size is new, then unpacked.
 * @throws SourceError
 */
export async function resolveRemoteArchive(
  archive: RemoteArchive,
  options: ResolveOptions,
  timing: Timing,
): Promise<string> {
  const { source, name, authorization } = archive;
  const folder = sourceFolder(source, name, options);
  const latest = await latestEntry(folder);
  if (isOffline(options)) {
    if (latest === undefined) throw offline(source, folder.path);
    return findModel(latest, source);
  }
  const { onProgress, signal } = options;
  const progress = { file: name, directory: folder.path };
  try {
    const address = await archive.address();
    const refuse = archive.refuse ?? ((response: Response) => refusedAddress(response, address));
    const remote = await askFile(address, { authorization, signal, timing }, refuse);
    if (remote === undefined) throw await refuse(new Response(null, { status: 404 }));
    const { etag, modified, size } = remote;
    const directory = await provideEntry(
      folder,
      { etag, modified, size },
      options,
      async (unpacked, work) => {
        await mkdir(work, { recursive: true });
        // It lies there beside what is unpacked from it.
        await checkRoom(work, 2 * (size ?? 0), source);
        const path = join(work, 'archive');
        const onBytes = (done: number): void =>
          onProgress?.({ ...progress, stage: 'downloading', done, total: size });
        await download({ address, path, size, etag, authorization, signal, timing, refuse, onBytes });
        throwIfAborted(signal, source);
        await extract(path, unpacked, {
          source,
          onBytes: (done) => onProgress?.({ ...progress, stage: 'extracting', done, total: undefined }),
        });
      },
    );
    return await findModel(directory, source);
  } catch (error) {
    if (latest !== undefined && isAway(error)) return findModel(latest, source);
    throw error;
  }
}
