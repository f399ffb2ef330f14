import { CheckpointError } from '../../src/errors.js';
import type { FilePort } from '../../src/files.js';
import { memoryFile } from '../../src/files-memory.js';

/** Files of one input, by path; stands in for `#files` in the bundle that `run.mjs` makes. */
let mounted: ReadonlyMap<string, Uint8Array> = new Map();

/** Makes these files all that there is. */
export function mount(contents: ReadonlyMap<string, Uint8Array>): void {
  mounted = contents;
}

const split: FilePort['split'] = (path) => {
  const slash = path.lastIndexOf('/');
  return { directory: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
};

/** @public what `#files` is in the bundle */
export const files: FilePort = {
  join: (directory, name) => `${directory}/${name}`,
  split,
  exists: (path) => Promise.resolve(mounted.has(path)),
  list: (directory) =>
    Promise.resolve(
      [...mounted.keys()]
        .filter((path) => split(path).directory === directory)
        .map((path) => split(path).name),
    ),
  open: (path) => {
    const bytes = mounted.get(path);
    return bytes === undefined
      ? Promise.reject(new CheckpointError('not-found', `${path}: no such file.`, { file: path }))
      : Promise.resolve(memoryFile(bytes, path));
  },
  writeAll: (directory) =>
    Promise.reject(
      new CheckpointError('not-supported', `${directory}: no writing here.`, { file: directory }),
    ),
};
