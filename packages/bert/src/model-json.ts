import { files } from '#files';

import { ConfigError } from './errors.js';
import { readJson } from './pretrained-json.js';

/**
 * Reads a JSON file beside a model's own, such as `modules.json`.
 * @param directory path of the folder; in a browser, address
 * @param name inside the folder, `/` between the parts
 * @returns undefined where there is no such file
 * @throws CheckpointError `read-failed`; ConfigError `not-json`
 */
export async function readModelJson(directory: string, name: string): Promise<unknown> {
  const source = name.split('/').reduce((path, part) => files.join(path, part), directory);
  if (!(await files.exists(source))) return undefined;
  return readJson(
    source,
    (cause) =>
      new ConfigError('not-json', source, [], `${source}: not JSON in UTF-8: ${String(cause)}`, { cause }),
  );
}

/**
 * Writes a JSON file beside a model's own, whole or not at all.
 * @param name inside the folder, `/` between the parts; folders are made
 * @throws CheckpointError `write-failed`, `not-supported` in browsers
 */
export async function writeModelJson(directory: string, name: string, json: unknown): Promise<void> {
  const parts = name.split('/');
  const last = parts.pop() ?? name;
  const folder = parts.reduce((path, part) => files.join(path, part), directory);
  const bytes = new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
  await files.writeAll(folder, [{ name: last, content: () => [bytes] }]);
}
