import { randomUUID } from 'node:crypto';
import { link, open, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

import { LibraryError } from './errors.js';

/** What a lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
}

/** How to wait for a lock. Times in milliseconds. */
export interface LockOptions {
  /** Called once when another process holds the lock, with a name for it. */
  readonly onWait: (holder: string) => void;
  /** Ends the waiting. */
  readonly signal: AbortSignal | undefined;
  /** How often a holder shows that it lives; default: 5 s. */
  readonly beat?: number;
  /** A holder that has not shown life for so long is taken for dead; default: 60 s. */
  readonly patience?: number;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readHolder(file: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Holder;
  } catch {
    return undefined;
  }
}

/**
 * Takes a lock between processes: a file that only one can create. The holder touches it while it works. A lock whose
 * holder is dead (its process is gone on this host, or the file has not been touched for `patience`) is taken over.
 * @returns call it to give the lock back
 * @throws LibraryError `aborted`
 */
export async function acquireLock(file: string, options: LockOptions): Promise<() => Promise<void>> {
  const { onWait, signal, beat = 5000, patience = 60_000 } = options;
  const nonce = randomUUID();
  const content = JSON.stringify({ pid: process.pid, host: hostname(), nonce } satisfies Holder);
  let said = false;
  // Compared with itself only: clocks of two machines that share a disk differ.
  let seen = { touched: -1, since: 0 };
  while (!(await create(file, content))) {
    if (signal?.aborted) throw aborted(file);
    const holder = await readHolder(file);
    const touched = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (touched === undefined) continue;
    if (touched !== seen.touched) seen = { touched, since: performance.now() };
    const gone = holder?.host === hostname() && !isAlive(holder.pid);
    if (gone || performance.now() - seen.since > patience) {
      await takeAway(file, holder?.nonce);
      continue;
    }
    if (!said) onWait(holder ? `process ${holder.pid} on ${holder.host}` : 'another process');
    said = true;
    await sleep(Math.min(500, beat), undefined, signal ? { signal } : {}).catch(() => undefined);
  }
  const beating = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => undefined);
  }, beat).unref();
  return async () => {
    clearInterval(beating);
    if ((await readHolder(file))?.nonce === nonce) await rm(file, { force: true });
  };
}

/** Creates the file with its content in one go, so that nobody reads half of it. */
async function create(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(content);
  } finally {
    await handle.close();
  }
  try {
    await link(temporary, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    return await createDirectly(file, content);
  } finally {
    await rm(temporary, { force: true });
  }
}

/** For disks without hard links: a reader may find the file empty for a moment, and waits as for any other holder. */
async function createDirectly(file: string, content: string): Promise<boolean> {
  try {
    await writeFile(file, content, { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  }
}

/** Removes a dead lock, and puts it back if another process was quicker and what was removed is its living one. */
async function takeAway(file: string, nonce: string | undefined): Promise<void> {
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  if ((await readHolder(aside))?.nonce !== nonce) {
    const content = await readFile(aside, 'utf8').catch(() => '');
    await createDirectly(file, content);
  }
  await rm(aside, { force: true });
}

function aborted(file: string): LibraryError {
  return new LibraryError('aborted', {
    where: file,
    expected: 'the other process to finish',
    found: 'that this one is to end',
    remedy: 'Nothing was changed.',
  });
}
