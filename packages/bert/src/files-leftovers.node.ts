import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Age at which a temporary file is abandoned even if a process of that number runs: numbers are used again. */
const ABANDONED_AFTER_MS = 24 * 60 * 60 * 1000;

/** Name under which a file of one save waits (`tmp`), or its predecessor is kept until the exchange is done (`old`). */
export function temporaryName(name: string, id: string, ending: 'tmp' | 'old'): string {
  return `.${name}.${id}.${ending}`;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // No permission to signal it means that it is there.
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Removes what killed saves of the same files left in a folder, now that it holds a complete set again; otherwise
 * every kill would cost the size of a model for good. Files of running processes stay, and so do those of saves that
 * had no file in common with this one: they may be the only copy.
 * @param written names that have just been written
 */
export async function removeLeftovers(directory: string, written: readonly string[]): Promise<void> {
  const saves = new Map<string, { paths: string[]; related: boolean }>();
  for (const name of await readdir(directory)) {
    const [, target, id] = /^\.(.+)\.(\d+-[0-9a-f]{8})\.(?:tmp|old)$/.exec(name) ?? [];
    if (id === undefined) continue;
    const save = saves.get(id) ?? { paths: [], related: false };
    saves.set(id, save);
    save.paths.push(join(directory, name));
    save.related ||= written.includes(target);
  }
  for (const [id, { paths, related }] of saves) {
    if (!related) continue;
    for (const path of paths) {
      const { mtimeMs } = await stat(path);
      const abandoned = !isRunning(Number.parseInt(id, 10)) || Date.now() - mtimeMs > ABANDONED_AFTER_MS;
      if (abandoned) await rm(path, { force: true });
    }
  }
}
