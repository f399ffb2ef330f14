import { files } from '#files';

import type { Checkpoint, CheckpointEntry } from './checkpoint.js';
import { CheckpointError } from './errors.js';
import { openPickle } from './pickle/open-pickle.js';
import { readJson } from './pretrained-json.js';
import { openSafetensors } from './safetensors/reader.js';

/** What opens one file of several, by the ending of its name. */
const OPENERS: Readonly<Record<string, (path: string) => Promise<Checkpoint>>> = {
  '.safetensors': openSafetensors,
  '.bin': openPickle,
};

const openerOf = (name: string): ((path: string) => Promise<Checkpoint>) | undefined =>
  Object.entries(OPENERS).find(([ending]) => name.endsWith(ending))?.[1];

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A name that cannot leave the folder it is looked up in, on any system. */
const isPlainName = (name: string): boolean =>
  /^[^\\/:]+$/.test(name) && name !== '.' && name !== '..' && !name.includes('\0');

/**
 * Which file holds which tensor, as an index file says.
 * @throws CheckpointError `index-invalid`; `unsafe-path` for a file name that leads out of the folder
 */
async function readShardIndex(path: string): Promise<ReadonlyMap<string, string>> {
  const invalid = (found: string, cause?: unknown): CheckpointError =>
    new CheckpointError('index-invalid', `${path}: ${found}`, { file: path, cause });
  const json = await readJson(path, (cause) => invalid('not JSON in UTF-8.', cause));
  const weightMap = isObject(json) ? json.weight_map : undefined;
  if (!isObject(weightMap)) throw invalid('expected an object weight_map from tensor to file name.');
  const index = new Map<string, string>();
  for (const [tensor, shard] of Object.entries(weightMap)) {
    if (typeof shard !== 'string')
      throw invalid(`weight_map has ${JSON.stringify(shard)} for ${tensor}, not a file name.`);
    if (!isPlainName(shard) || openerOf(shard) === undefined) {
      const message = `${path}: ${tensor} is said to be in ${JSON.stringify(shard)}; expected the plain name of a file in the same folder that ends in ${Object.keys(OPENERS).join(' or ')}.`;
      throw new CheckpointError('unsafe-path', message, { file: path, tensor });
    }
    index.set(tensor, shard);
  }
  if (index.size === 0) throw invalid('weight_map is empty.');
  return index;
}

/**
 * Opens the files that an index lists as one checkpoint. Index and files must agree on every tensor.
 * @param indexPath path or address of the index; the files lie beside it
 * @throws CheckpointError `not-found`, `index-invalid`, `unsafe-path`, `missing-shard`, `index-mismatch`, or the fault of a
 *   file
 */
export async function openShards(indexPath: string): Promise<Checkpoint> {
  const { directory } = files.split(indexPath);
  const index = await readShardIndex(indexPath);
  const names = [...new Set(index.values())].sort();
  const absent: string[] = [];
  for (const name of names) if (!(await files.exists(files.join(directory, name)))) absent.push(name);
  if (absent.length > 0) {
    const message = `${indexPath}: of ${names.length} files ${absent.length} are not there: ${absent.join(', ')}. Fetch them into ${directory}.`;
    throw new CheckpointError('missing-shard', message, { file: indexPath });
  }
  const shards = new Map<string, Checkpoint>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const entries = new Map<string, CheckpointEntry>();
    const faults: string[] = [];
    for (const name of names) {
      const open = openerOf(name);
      if (open === undefined) continue;
      const shard = await open(files.join(directory, name));
      shards.set(name, shard);
      for (const [tensor, entry] of shard.entries) {
        if (index.get(tensor) === name) entries.set(tensor, entry);
        else
          faults.push(`${tensor} is in ${name}, but the index says ${index.get(tensor) ?? 'nothing of it'}`);
      }
    }
    for (const [tensor, name] of index) {
      if (!shards.get(name)?.entries.has(tensor)) faults.push(`${tensor} is not in ${name}`);
    }
    if (faults.length > 0) {
      const message = `${indexPath}: index and files contradict each other: ${faults.slice(0, 8).join('; ')}${faults.length > 8 ? `; and ${faults.length - 8} more` : ''}.`;
      throw new CheckpointError('index-mismatch', message, { file: indexPath });
    }
    const read = async (tensor: string): Promise<Float32Array> => {
      const shard = shards.get(index.get(tensor) ?? '');
      if (shard !== undefined) return shard.read(tensor);
      throw new CheckpointError('not-found', `${indexPath}: there is no tensor ${tensor}.`, {
        file: indexPath,
        tensor,
      });
    };
    const metadata = shards.get(names[0])?.metadata ?? new Map<string, string>();
    return { file: indexPath, entries, metadata, read, close };
  } catch (error) {
    await close();
    throw error;
  }
}
