import { TrainError } from './errors.js';
import type { HostPort } from './host.js';

function refuse(path: string): Promise<never> {
  return Promise.reject(
    new TrainError(
      'not-supported',
      `${path}: a browser cannot write files. Leave callbacks that write them out, or keep the figures with one of your own.`,
      { file: path },
    ),
  );
}

/** No files. */
export const host: HostPort = {
  join: (directory, name) => `${directory.replace(/\/+$/, '')}/${name}`,
  split: (path) => {
    const slash = path.lastIndexOf('/');
    return { directory: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
  },
  list: refuse,
  read: refuse,
  append: refuse,
  truncate: refuse,
  replace: refuse,
  write: refuse,
  remove: refuse,
  recover: refuse,
  identity: () => ({ hostName: 'browser', processId: 0 }),
  residentBytes: () => undefined,
};
