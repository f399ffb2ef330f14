import { CheckpointError } from './errors.js';
import type { FilePort, RandomAccessFile } from './files.js';
import { absolute, fetchCached, findCached, type Version } from './sources/browser-cache.js';

/** Bytes fetched at once when less is asked for: a BERT has about a hundred tensors of a few kilobytes. */
const WINDOW = 4 * 2 ** 20;

async function get(
  address: string,
  range?: { readonly from: number; readonly to: number },
): Promise<Response> {
  const headers = range === undefined ? {} : { Range: `bytes=${range.from}-${range.to - 1}` };
  const response = await fetch(address, { headers }).catch((error: unknown) => {
    throw new CheckpointError('read-failed', `${address}: cannot be fetched: ${String(error)}.`, {
      file: address,
      cause: error,
    });
  });
  // An empty file has no range at all: 416 with `Content-Range: bytes */0`.
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  const found = `the server answered ${response.status} ${response.statusText}`.trim();
  throw response.status === 404 || response.status === 410
    ? new CheckpointError('not-found', `${address}: no such file (${found}).`, { file: address })
    : new CheckpointError('read-failed', `${address}: cannot be fetched: ${found}.`, { file: address });
}

function endedEarly(path: string, at: number): CheckpointError {
  return new CheckpointError(
    'truncated',
    `${path}: the file ends at byte ${at}, before what was asked for.`,
    {
      file: path,
    },
  );
}

/** Ranges where the server knows them (206 with a total), otherwise the whole body, once. */
async function openRemote(path: string): Promise<RandomAccessFile> {
  const first = await get(path, { from: 0, to: WINDOW });
  const total = Number(/\/(\d+)$/.exec(first.headers.get('content-range') ?? '')?.[1] ?? NaN);
  const ranged = first.status === 206 && Number.isSafeInteger(total);
  let from = 0;
  let window = first.status === 416 ? new Uint8Array() : new Uint8Array(await first.arrayBuffer());
  if (first.status === 206 && !ranged) window = new Uint8Array(await (await get(path)).arrayBuffer());
  const size = ranged ? total : window.length;

  const fetchRange = async (offset: number, end: number): Promise<Uint8Array> => {
    const response = await get(path, { from: offset, to: end });
    if (response.status !== 206) {
      await response.body?.cancel();
      const message = `${path}: the server stopped answering ranges (status ${response.status}).`;
      throw new CheckpointError('read-failed', message, { file: path });
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (bytes.length !== end - offset) throw endedEarly(path, offset + bytes.length);
    return bytes;
  };

  return {
    path,
    size,
    async read(target, offset) {
      const end = offset + target.length;
      if (end > size) throw endedEarly(path, size);
      if (offset < from || end > from + window.length) {
        if (target.length >= WINDOW) {
          target.set(await fetchRange(offset, end));
          return;
        }
        window = new Uint8Array(await fetchRange(offset, Math.min(offset + WINDOW, size)));
        from = offset;
      }
      target.set(window.subarray(offset - from, end - from));
    },
    close() {
      window = new Uint8Array();
      return Promise.resolve();
    },
  };
}

/** A file that the browser has on its disk. */
function openBlob(path: string, blob: Blob): RandomAccessFile {
  return {
    path,
    size: blob.size,
    async read(target, offset) {
      const end = offset + target.length;
      if (end > blob.size) throw endedEarly(path, blob.size);
      const bytes = await blob
        .slice(offset, end)
        .arrayBuffer()
        .catch((cause: unknown) => {
          const message = `${path}: the browser has removed its copy while it was read. Load it again.`;
          throw new CheckpointError('read-failed', message, { file: path, cause });
        });
      target.set(new Uint8Array(bytes));
    },
    close: () => Promise.resolve(),
  };
}

/** What the server says of a file now; undefined where it says too little to tell one version from another. */
function versionOf({ headers, ok }: Response): Version | undefined {
  const size = Number(headers.get('content-length') ?? NaN);
  const [etag, modified] = [headers.get('etag'), headers.get('last-modified')];
  if (!ok || !Number.isSafeInteger(size) || (etag ?? modified) === null) return undefined;
  return { id: etag ?? `${modified} ${size}`, size };
}

const head = (address: string): Promise<Response | undefined> =>
  fetch(address, { method: 'HEAD', cache: 'no-cache' }).catch(() => undefined);

/**
 * The copy in the origin private file system, if the server still has that version or cannot be reached; otherwise the
 * file is fetched there, once; where nothing can be kept, it is read from the server piece by piece.
 */
async function openFile(path: string): Promise<RandomAccessFile> {
  if (!/^https?:/.test(absolute(path))) return openRemote(path);
  const address = absolute(path);
  const response = await head(address);
  const version = response && versionOf(response);
  // A server that was reached and says no is asked again, for the error to say why.
  const kept = response === undefined || version ? await findCached(address, version) : undefined;
  if (kept) return openBlob(path, kept);
  const fetched = version && (await fetchCached(address, version, () => get(address)));
  return fetched ? openBlob(path, fetched) : openRemote(path);
}

async function exists(address: string): Promise<boolean> {
  const response = await head(address);
  if (response) return response.ok;
  return (await findCached(absolute(address), undefined)) !== undefined;
}

/** Files behind addresses, fetched once and kept by the browser; nothing can be written. */
export const files: FilePort = {
  join: (directory, name) => `${directory.replace(/\/+$/, '')}/${name}`,
  split: (path) => {
    const slash = path.lastIndexOf('/');
    return { directory: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
  },
  exists,
  list: () => Promise.resolve([]),
  open: openFile,
  writeAll: (directory) =>
    Promise.reject(
      new CheckpointError('not-supported', `${directory}: a browser cannot write files; save from Node.`, {
        file: directory,
      }),
    ),
};
