import { files } from '#files';

import { INDEX_FILE, WEIGHTS_FILE } from '../checkpoint-open.js';
import type { FileToWrite } from '../files.js';
import type { SaveDtype } from '../safetensors/dtype.js';
import { safetensorsBytes, storedBytes, type TensorToWrite } from '../safetensors/writer.js';
import { jsonFile } from './json-file.js';

/** Groups tensors, in order, so that no group exceeds the limit unless a single tensor does. */
function shardsOf(tensors: readonly TensorToWrite[], dtype: SaveDtype, limit: number): TensorToWrite[][] {
  const shards: TensorToWrite[][] = [];
  let room = 0;
  for (const tensor of tensors) {
    const bytes = storedBytes(tensor, dtype);
    const current = shards.at(-1);
    if (current === undefined || bytes > room) {
      shards.push([tensor]);
      room = limit - bytes;
    } else {
      current.push(tensor);
      room -= bytes;
    }
  }
  return shards;
}

/**
 * `model.safetensors`, or what is over the limit in several files with an index, named as `transformers` names them.
 * @param directory for messages
 * @param maxShardBytes of tensors in one file; a larger tensor gets its own
 */
export function safetensorsFiles(
  directory: string,
  tensors: readonly TensorToWrite[],
  dtype: SaveDtype,
  maxShardBytes: number,
): FileToWrite[] {
  const shards = shardsOf(tensors, dtype, maxShardBytes);
  const tensorFile = (name: string, content: readonly TensorToWrite[]): FileToWrite => ({
    name,
    content: () => safetensorsBytes(content, files.join(directory, name), { dtype }),
  });
  if (shards.length <= 1) return [tensorFile(WEIGHTS_FILE, tensors)];
  const number = (value: number): string => String(value).padStart(5, '0');
  const named = shards.map((shard, i): [string, TensorToWrite[]] => [
    `model-${number(i + 1)}-of-${number(shards.length)}.safetensors`,
    shard,
  ]);
  const index = {
    metadata: { total_size: tensors.reduce((sum, tensor) => sum + storedBytes(tensor, dtype), 0) },
    weight_map: Object.fromEntries(
      named.flatMap(([name, shard]) => shard.map((tensor) => [tensor.name, name])),
    ),
  };
  return [...named.map(([name, shard]) => tensorFile(name, shard)), jsonFile(INDEX_FILE, index)];
}
