import { existsSync } from 'node:fs';
import { rmdir } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';

/** `2026-11-22_17-05-09`, local time: file names must not hold colons on Windows. */
export function timestamp(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}_${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-')}`;
}

/** The folder asked for, else a new one under `runs` named after the time. */
export function chooseOutput(asked: string | undefined, cwd: string, now = new Date()): string {
  if (asked !== undefined) return resolve(cwd, asked);
  const base = join(cwd, 'runs', timestamp(now));
  let candidate = base;
  for (let count = 2; existsSync(candidate); count++) candidate = `${base}_${count}`;
  return candidate;
}

/** Takes away a folder in which nothing was written; does nothing where something lies. */
export async function removeIfEmpty(directory: string): Promise<void> {
  await rmdir(directory).catch(() => undefined);
}

/** A path as one word of a command line, from the folder the user stands in. */
export function shellPath(path: string, cwd: string): string {
  const near = relative(cwd, path);
  const shown = near === '' ? '.' : near.startsWith('..') ? path : near;
  return /^[\w./\\:@%+=-]+$/.test(shown) ? shown : `"${shown.replaceAll('"', '\\"')}"`;
}
