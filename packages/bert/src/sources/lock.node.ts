import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';

import { throwIfAborted } from './request.js';
import { sleep } from './timing.js';

/** What a lock file says. */
interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
}

/** How to wait. Times in milliseconds. */
export interface LockOptions {
  /** called once when another process holds the lock, with a name for it */
  readonly onWait?: ((holder: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
  /** how often a holder shows that it lives */
  readonly beat?: number | undefined;
  /** a holder that has not shown life for so long is taken for dead */
  readonly patience?: number | undefined;
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

/** Creates the file with its content in one go, so that nobody reads half of it. */
async function create(file: string, content: string): Promise<boolean> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    await writeFile(temporary, content, { flag: 'wx' });
    await link(temporary, file);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP', 'EMLINK'].includes(code ?? '')) throw error;
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

/**
 * Does work that two processes, or two calls in one, must not do at once: under a file that only one can create and
 * that its holder touches while it works. The lock of a dead holder (its process is gone, or the file has not been
 * touched for `patience`) is taken over, so a kill leaves nothing to clean up.
 * @throws SourceError `aborted` while waiting; what the work throws; errors of the disk
 */
export async function withLock<Result>(
  file: string,
  options: LockOptions,
  work: () => Promise<Result>,
): Promise<Result> {
  const { onWait, signal, beat = 5000, patience = 60_000 } = options;
  const nonce = randomUUID();
  const content = JSON.stringify({ pid: process.pid, host: hostname(), nonce } satisfies Holder);
  let said = false;
  // Compared with itself only: clocks of two machines that share a disk differ.
  let seen = { touched: -1, since: 0 };
  await mkdir(dirname(file), { recursive: true });
  while (!(await create(file, content))) {
    throwIfAborted(signal, file);
    const holder = await readHolder(file);
    const touched = (await stat(file).catch(() => undefined))?.mtimeMs;
    if (touched === undefined) continue;
    if (touched !== seen.touched) seen = { touched, since: performance.now() };
    const gone = holder?.host === hostname() && !isAlive(holder.pid);
    if (gone || performance.now() - seen.since > patience) {
      await takeAway(file, holder?.nonce);
      continue;
    }
    if (!said) onWait?.(holder ? `process ${holder.pid} on ${holder.host}` : 'another process');
    said = true;
    await sleep(Math.min(250, beat), signal).catch(() => undefined);
  }
  const beating = setInterval(() => {
    const now = new Date();
    void utimes(file, now, now).catch(() => undefined);
  }, beat).unref();
  try {
    return await work();
  } finally {
    clearInterval(beating);
    if ((await readHolder(file))?.nonce === nonce) await rm(file, { force: true });
  }
}
