import { host } from '#host';

/**
 * The lines of a file that is written line by line, with their line breaks; what follows the last line break is cut off,
 * since a kill left it.
 * @returns undefined when there is no file
 */
export async function completeLines(path: string): Promise<string[] | undefined> {
  const bytes = await host.read(path);
  if (!bytes) return undefined;
  const end = bytes.lastIndexOf('\n'.charCodeAt(0)) + 1;
  if (end < bytes.length) await host.truncate(path, end);
  return new TextDecoder().decode(bytes.subarray(0, end)).match(/[^\n]*\n/g) ?? [];
}

/**
 * Cuts off the first line that a run which goes on will write again, and all after it: a process that was killed had come
 * further than the state that is gone on from.
 */
export async function cutRepeated(path: string, isRepeated: (line: string) => boolean): Promise<void> {
  const lines = (await completeLines(path)) ?? [];
  const first = lines.findIndex(isRepeated);
  if (first < 0) return;
  await host.truncate(path, new TextEncoder().encode(lines.slice(0, first).join('')).length);
}
