/** Files under a URL, in a browser. `files.node.ts` has the same exports. */
import { TokenizerError } from '../errors.js';

/**
 * @returns the bytes of a file, `undefined` when the server answers 404
 * @throws TokenizerError `bad-file` when it cannot be fetched
 */
export async function readFileIfPresent(directory: string, name: string): Promise<Uint8Array | undefined> {
  const url = `${directory.replace(/\/+$/, '')}/${name}`;
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw new TokenizerError('bad-file', `${url}: cannot be fetched (${String(cause)}).`, { url }, { cause });
  }
  if (response.status === 404) return undefined;
  if (!response.ok) {
    throw new TokenizerError('bad-file', `${url}: expected status 200, found ${response.status}.`, {
      url,
      status: response.status,
    });
  }
  return new Uint8Array(await response.arrayBuffer());
}

/** @throws TokenizerError `file-write`, always: a browser has no folder to write to */
export function writeFiles(directory: string, files: ReadonlyMap<string, string>): Promise<void> {
  return Promise.reject(
    new TokenizerError(
      'file-write',
      `${directory}: a browser cannot write ${[...files.keys()].join(', ')}. Save in Node.`,
      { directory },
    ),
  );
}
