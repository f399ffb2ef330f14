import { files } from '#files';

import type { Checkpoint, CheckpointEntry } from './checkpoint.js';
import { CheckpointError } from './errors.js';
import { openHdf5Checkpoint } from './hdf5/hdf5-checkpoint.js';
import { mapHuggingFaceTfName } from './names/hugging-face-tf-names.js';
import { openPickleWith } from './pickle/open-pickle.js';
import { readJson } from './pretrained-json.js';
import { openSafetensorsWith } from './safetensors/reader.js';
import { SpareBuffer } from './spare-buffer.js';
import { transposed } from './weight-names.js';

type OpenShard = (path: string, spare: SpareBuffer) => Promise<Checkpoint>;

/** What opens one file of several, by the ending of its name. */
const OPENERS: Readonly<Record<string, OpenShard>> = {
  '.safetensors': openSafetensorsWith,
  '.bin': openPickleWith,
  '.h5': openHdf5Checkpoint,
};

const openerOf = (name: string): OpenShard | undefined =>
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
 * Names that a tensor of an index may have in its file: those of TensorFlow's classes of `transformers` begin with the
 * model's there, `tf_bert_model/bert/…`, which the files leave out; of HDF5 the names are PyTorch's already.
 */
function namesInFile(listed: string): readonly string[] {
  if (!listed.includes('/')) return [listed];
  return [listed, listed.slice(listed.indexOf('/') + 1), mapHuggingFaceTfName(listed).name];
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
    const faults: string[] = [];
    const spare = new SpareBuffer();
    for (const name of names) {
      const open = openerOf(name);
      if (open !== undefined) shards.set(name, await open(files.join(directory, name), spare));
    }
    const places = new Map<string, Checkpoint>();
    for (const [listed, name] of index) {
      const shard = shards.get(name);
      const tensor = namesInFile(listed).find((known) => shard?.entries.has(known));
      if (shard === undefined || tensor === undefined) faults.push(`${listed} is not in ${name}`);
      else places.set(tensor, shard);
    }
    const entries = new Map<string, CheckpointEntry>();
    for (const [name, shard] of shards)
      for (const [tensor, entry] of shard.entries) {
        if (places.get(tensor) === shard) entries.set(tensor, entry);
        else
          faults.push(`${tensor} is in ${name}, but the index says ${index.get(tensor) ?? 'nothing of it'}`);
      }
    if (faults.length > 0) {
      const message = `${indexPath}: index and files contradict each other: ${faults.slice(0, 8).join('; ')}${faults.length > 8 ? `; and ${faults.length - 8} more` : ''}.`;
      throw new CheckpointError('index-mismatch', message, { file: indexPath });
    }
    const shardOf = (tensor: string): Checkpoint => {
      const shard = places.get(tensor);
      if (shard !== undefined) return shard;
      const message = `${indexPath}: there is no tensor ${tensor}.`;
      throw new CheckpointError('not-found', message, { file: indexPath, tensor });
    };
    const read = async (tensor: string): Promise<Float32Array> => shardOf(tensor).read(tensor);
    const readTransposed = async (tensor: string): Promise<Float32Array> => {
      const shard = shardOf(tensor);
      if (shard.readTransposed !== undefined) return shard.readTransposed(tensor);
      const [rows, columns] = entries.get(tensor)?.shape ?? [];
      return transposed(await shard.read(tensor), rows, columns);
    };
    const metadata = shards.get(names[0])?.metadata ?? new Map<string, string>();
    return { file: indexPath, entries, metadata, read, readTransposed, close };
  } catch (error) {
    await close();
    throw error;
  }
}
