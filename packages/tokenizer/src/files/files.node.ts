/** Files of a folder, in Node. `files.browser.ts` has the same exports. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { TokenizerError } from '../errors.js';

/**
 * @returns the bytes of a file, `undefined` when there is no such file
 * @throws TokenizerError `bad-file` when it cannot be read
 */
export async function readFileIfPresent(directory: string, name: string): Promise<Uint8Array | undefined> {
  const path = join(directory, name);
  try {
    return await readFile(path);
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT' || codeOf(cause) === 'ENOTDIR') return undefined;
    throw new TokenizerError('bad-file', `${path}: cannot be read (${String(cause)}).`, { path }, { cause });
  }
}

/**
 * Writes files so that each appears under its name only when all are complete on disk.
 * @throws TokenizerError `file-write`; the temporary files are then gone again
 */
export async function writeFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  const written: { temporary: string; final: string }[] = [];
  try {
    await mkdir(directory, { recursive: true });
    for (const [name, text] of files) {
      const final = join(directory, name);
      const temporary = `${final}.${process.pid}.tmp`;
      written.push({ temporary, final });
      const file = await open(temporary, 'w');
      try {
        await file.writeFile(text, 'utf8');
        await file.sync();
      } finally {
        await file.close();
      }
    }
    for (const { temporary, final } of written) await rename(temporary, final);
  } catch (cause) {
    await Promise.all(written.map(({ temporary }) => rm(temporary, { force: true })));
    throw new TokenizerError(
      'file-write',
      `${directory}: the tokenizer could not be saved (${String(cause)}).`,
      { directory },
      { cause },
    );
  }
}

function codeOf(cause: unknown): unknown {
  return typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
}
