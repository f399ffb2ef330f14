import { files } from '#files';

import type { Checkpoint, CheckpointEntry } from './checkpoint.js';
import { CheckpointError } from './errors.js';
import { readJson } from './pretrained-json.js';
import { openSafetensors, type SafetensorsFile } from './safetensors/reader.js';
import { findBundle } from './tensor-bundle/find-bundle.js';
import { openTensorflowCheckpoint } from './tensor-bundle/tensorflow-checkpoint.js';

/** Name of the weights in a folder of Hugging Face's layout, when they are in one file. */
export const WEIGHTS_FILE = 'model.safetensors';

/** Name of the list of files when they are in several. */
export const INDEX_FILE = 'model.safetensors.index.json';

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
    if (!isPlainName(shard) || !shard.endsWith('.safetensors')) {
      const message = `${path}: ${tensor} is said to be in ${JSON.stringify(shard)}; expected the plain name of a .safetensors file in the same folder.`;
      throw new CheckpointError('unsafe-path', message, { file: path, tensor });
    }
    index.set(tensor, shard);
  }
  if (index.size === 0) throw invalid('weight_map is empty.');
  return index;
}

async function openShards(directory: string, indexPath: string): Promise<Checkpoint> {
  const index = await readShardIndex(indexPath);
  const names = [...new Set(index.values())].sort();
  const absent: string[] = [];
  for (const name of names) if (!(await files.exists(files.join(directory, name)))) absent.push(name);
  if (absent.length > 0) {
    const message = `${indexPath}: of ${names.length} files ${absent.length} are not there: ${absent.join(', ')}. Fetch them into ${directory}.`;
    throw new CheckpointError('missing-shard', message, { file: indexPath });
  }
  const shards = new Map<string, SafetensorsFile>();
  const close = async (): Promise<void> => {
    for (const shard of shards.values()) await shard.close();
  };
  try {
    const entries = new Map<string, CheckpointEntry>();
    const faults: string[] = [];
    for (const name of names) {
      const shard = await openSafetensors(files.join(directory, name));
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

async function whatIsThere(directory: string): Promise<string> {
  const present = await files.list(directory);
  const others = present.filter((name) => /\.(bin|pt|pth|h5|ckpt|msgpack|onnx)$/.test(name));
  if (others.length > 0) return `Found ${others.join(', ')}, which this package does not read.`;
  if (present.some((name) => /^\..*\.(old|tmp)$/.test(name))) return 'A save into this folder was cut off.';
  return 'Give the folder of a model saved with save_pretrained.';
}

/**
 * Opens the weights of a model: `model.safetensors`, or else what `model.safetensors.index.json` lists, or else a
 * checkpoint of TensorFlow. All headers are checked; no tensor is read.
 * @param source folder, or path of a `.safetensors` or `.safetensors.index.json` file, or of a TensorFlow checkpoint with
 *   or without `.index`; addresses in a browser
 * @throws CheckpointError `not-found`, `missing-shard`, `index-invalid`, `index-mismatch`, `unsafe-path`, or the
 *   fault of a file, see `openSafetensors`; `checksum-mismatch` and `size-mismatch` of TensorFlow checkpoints
 */
export async function openCheckpoint(source: string): Promise<Checkpoint> {
  if (source.endsWith('.safetensors')) return openSafetensors(source);
  if (source.endsWith('.index.json')) return openShards(files.split(source).directory, source);
  const single = files.join(source, WEIGHTS_FILE);
  if (await files.exists(single)) return openSafetensors(single);
  const index = files.join(source, INDEX_FILE);
  if (await files.exists(index)) return openShards(source, index);
  const bundle = await findBundle(source);
  if (bundle !== undefined) return openTensorflowCheckpoint(bundle);
  const message = `${source}: neither ${WEIGHTS_FILE} nor ${INDEX_FILE} nor a checkpoint of TensorFlow. ${await whatIsThere(source)}`;
  throw new CheckpointError('not-found', message, { file: source });
}
