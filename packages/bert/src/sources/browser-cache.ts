import type { SourceProgress } from './sources.js';

/** What a server says of a file, enough to tell one content of it from another. */
export interface Version {
  /** ETag, or else time and size */
  readonly id: string;
  /** bytes */
  readonly size: number;
}

/** Folder of the origin's private file system that all files lie in, one folder for each address. */
const ROOT = 'bertune';

const listeners = new Map<string, (progress: SourceProgress) => void>();

/** From now on `listener` is told how far the fetching of files below an address is. */
export function listen(address: string, listener: (progress: SourceProgress) => void): void {
  listeners.set(absolute(address), listener);
}

function listenerOf(address: string): ((progress: SourceProgress) => void) | undefined {
  const found = [...listeners].find(
    ([start]) => address === start || address.startsWith(`${start.replace(/\/$/, '')}/`),
  );
  return found?.[1];
}

/** Addresses of a page may be relative to it. */
export function absolute(address: string): string {
  const base = (globalThis as { location?: { readonly href: string } }).location?.href;
  return URL.canParse(address, base) ? new URL(address, base).href : address;
}

async function nameOf(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * The folder of an address in the origin private file system; undefined where there is none: outside of secure contexts,
 * in private windows of some browsers, in Node.
 */
async function folderOf(address: string, create: boolean): Promise<FileSystemDirectoryHandle | undefined> {
  try {
    const { storage } = navigator as {
      storage?: { getDirectory?: () => Promise<FileSystemDirectoryHandle> };
    };
    const top = await storage?.getDirectory?.();
    const root = await top?.getDirectoryHandle(ROOT, { create });
    return await root?.getDirectoryHandle(await nameOf(address), { create });
  } catch {
    return undefined;
  }
}

/** Work on one address that two tabs must not do at once, where the browser has locks. */
async function withLock<Result>(address: string, work: () => Promise<Result>): Promise<Result> {
  const { locks } = navigator as { locks?: LockManager };
  return locks ? await locks.request(`${ROOT}:${address}`, work) : work();
}

/**
 * A version of a file that has been kept. Its bytes stay on the disk until they are asked for.
 * @param version undefined: any, for when the server cannot be asked
 */
export async function findCached(address: string, version: Version | undefined): Promise<File | undefined> {
  const folder = await folderOf(address, false);
  if (folder === undefined) return undefined;
  try {
    if (version !== undefined) {
      const file = await (await folder.getFileHandle(await nameOf(version.id))).getFile();
      return file.size === version.size ? file : undefined;
    }
    for await (const handle of folder.values()) if (handle.kind === 'file') return await handle.getFile();
  } catch {
    // Not there, or taken away by the browser: the server has it.
  }
  return undefined;
}

/**
 * Fetches a file and keeps it in place of its former versions. It appears only when it is whole.
 * @returns undefined where nothing can be kept: there is no such file system, or it has not the room
 * @throws what `get` throws
 */
export async function fetchCached(
  address: string,
  version: Version,
  get: () => Promise<Response>,
): Promise<File | undefined> {
  return withLock(address, async () => {
    const meanwhile = await findCached(address, version);
    if (meanwhile) return meanwhile;
    const folder = await folderOf(address, true);
    if (folder === undefined) return undefined;
    const { quota, usage } = await navigator.storage.estimate().catch((): StorageEstimate => ({}));
    if (quota !== undefined && usage !== undefined && quota - usage < version.size) return undefined;
    const name = await nameOf(version.id);
    const response = await get();
    try {
      const handle = await folder.getFileHandle(name, { create: true });
      // What is written goes to a file of the browser's own; `close`, at the end of `pipeTo`, puts it in place.
      const target = await handle.createWritable();
      await response.body?.pipeThrough(counting(address, version.size)).pipeTo(target);
      const file = await handle.getFile();
      if (file.size !== version.size) throw new RangeError(`${file.size} bytes instead of ${version.size}`);
      for await (const other of folder.keys())
        if (other !== name) await folder.removeEntry(other).catch(() => undefined);
      return file;
    } catch {
      await response.body?.cancel().catch(() => undefined);
      await folder.removeEntry(name).catch(() => undefined);
      return undefined;
    }
  });
}

/** Passes bytes on and tells the listener of their address about them. */
function counting(
  address: string,
  total: number,
): TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> {
  const listener = listenerOf(address);
  const file = address.slice(address.lastIndexOf('/') + 1);
  let done = 0;
  return new TransformStream({
    transform(bytes, controller) {
      done += bytes.length;
      listener?.({ stage: 'downloading', file, done, total, directory: ROOT });
      controller.enqueue(bytes);
    },
  });
}
