import { files } from '#files';

import { CheckpointError } from './errors.js';
import { scanJson } from './json-scan.js';

/** Largest JSON file that is read whole; the index of a model with 100,000 tensors has about ten megabytes. */
const LARGEST_JSON = 64 * 2 ** 20;

/** Most objects and lists in it, and levels of them: each takes far more memory than the two bytes it can be written with. */
const MOST_OBJECTS = 1_000_000;
const DEEPEST_JSON = 100;

/**
 * Reads a JSON file.
 * @param reject makes the error for a file that is not JSON
 * @throws CheckpointError `not-found` or `read-failed` (also for a file that is too large to be what it should)
 */
export async function readJson(path: string, reject: (cause: unknown) => Error): Promise<unknown> {
  const file = await files.open(path);
  try {
    if (file.size > LARGEST_JSON) {
      const message = `${path}: expected a JSON file of at most ${LARGEST_JSON} bytes, found ${file.size}.`;
      throw new CheckpointError('read-failed', message, { file: path });
    }
    const bytes = new Uint8Array(file.size);
    await file.read(bytes, 0);
    try {
      const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
      if (scanJson(text, DEEPEST_JSON, MOST_OBJECTS).isBomb)
        throw new RangeError(
          `more than ${MOST_OBJECTS} objects and lists, or more than ${DEEPEST_JSON} levels of them`,
        );
      return JSON.parse(text);
    } catch (cause) {
      throw reject(cause);
    }
  } finally {
    await file.close();
  }
}
