import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const packageRoot = new URL('../', import.meta.url);

/** Absolute path of a file or folder under `tools/testkit/golden`, e.g. `model/tiny-gelu/hf`. */
export function goldenPath(relative: string): string {
  const path = fileURLToPath(new URL(`golden/${relative}`, packageRoot));
  if (!existsSync(path)) throw new Error(`golden data not found: ${path}`);
  return path;
}

/** Parses a `.json` or `.json.gz` file; `"NaN"`, `"Infinity"` and `"-Infinity"` stay strings, as written. */
export function readGoldenJson<T>(path: string): T {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as T;
}

/**
 * Absolute path of a file in the shared folder that lies beside the clone, or `undefined` where there is none.
 * It holds vocabularies and data of other projects, which the repository must not contain.
 * `BERTUNE_SHARED` names another folder. Tests without it are skipped with the reason in their name.
 */
export function sharedPath(relative: string): string | undefined {
  const root = process.env.BERTUNE_SHARED ?? fileURLToPath(new URL('../../../shared', packageRoot));
  const path = `${root}/${relative}`;
  return existsSync(path) ? path : undefined;
}
