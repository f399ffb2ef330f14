import { realpath, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { extract, findModel } from './archive.node.js';
import { provideEntry, sourceFolder } from './entry.node.js';
import type { ResolveOptions } from './sources.js';

/**
 * An archive on this machine as a folder of our cache. A changed archive (by size or time) is unpacked again.
 * @throws SourceError
 */
export async function resolveLocalArchive(path: string, options: ResolveOptions): Promise<string> {
  const file = await realpath(path);
  const { size, mtimeMs, ino } = await stat(file);
  const folder = sourceFolder(file, basename(file), options);
  const directory = await provideEntry(folder, { size, mtimeMs, ino }, options, (unpacked) =>
    extract(file, unpacked, {
      source: path,
      onBytes: (done) =>
        options.onProgress?.({
          stage: 'extracting',
          file: basename(file),
          done,
          total: undefined,
          directory: folder.path,
        }),
    }),
  );
  return findModel(directory, path);
}
