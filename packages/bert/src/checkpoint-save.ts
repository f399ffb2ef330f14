import { files } from '#files';

import type { StoredParameter } from './checkpoint-fit.js';
import { INDEX_FILE, WEIGHTS_FILE } from './checkpoint-open.js';
import type { BertConfig } from './config.js';
import { bertConfigToJson } from './config-json.js';
import { CheckpointError } from './errors.js';
import type { FileToWrite } from './files.js';
import { SAVE_DTYPES, type SaveDtype } from './safetensors/dtype.js';
import { safetensorsBytes, storedBytes, type TensorToWrite } from './safetensors/writer.js';
import { isEncoderParameter, otherOrientation, toCheckpointName, transposed } from './weight-names.js';

/** A parameter that can be saved. */
export interface ParameterToSave extends StoredParameter {
  /** Its values, row-major in memory orientation; asked for once, when its turn has come, and not kept. */
  values(): Float32Array | Promise<Float32Array>;
}

/** How and as what a model is saved. */
export interface SaveOptions {
  readonly config: BertConfig;
  /**
   * Class of `transformers` that opens it, e.g. `BertForSequenceClassification`. Default: `BertModel`, whose
   * parameters carry no prefix; under any other class the encoder's carry `bert.`.
   */
  readonly architecture?: string | undefined;
  /** further keys for `config.json`: what `readPretrainedConfig` returned, `id2label`, `problem_type` */
  readonly extra?: Readonly<Record<string, unknown>> | undefined;
  /** stored form; default `float32`, exact */
  readonly dtype?: SaveDtype | undefined;
  /** most bytes of tensors in one file; default: one file, whatever its size. A larger tensor gets its own file. */
  readonly maxShardBytes?: number | undefined;
}

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

function jsonFile(name: string, json: unknown): FileToWrite {
  return { name, content: () => [new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`)] };
}

function weightFiles(
  directory: string,
  tensors: readonly TensorToWrite[],
  options: SaveOptions,
): FileToWrite[] {
  const { dtype = 'float32', maxShardBytes = Infinity } = options;
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

/** Weight files of former saves that would contradict the new ones: `transformers` prefers the single file. */
async function outdated(directory: string, written: readonly FileToWrite[]): Promise<string[]> {
  const names = new Set(written.map(({ name }) => name));
  const weights = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;
  return (await files.list(directory)).filter((name) => weights.test(name) && !names.has(name));
}

/**
 * Saves parameters and `config.json` such that `transformers` opens the folder as it is. Everything is written under
 * temporary names first; `config.json` takes its place last, so a folder that has one is complete. Weight files of a
 * former save that the new one does not overwrite are removed. Holds one tensor at a time.
 * @param parameters by our names; shapes and values in memory orientation
 * @throws CheckpointError `write-failed` (former files untouched, no temporary file left), `value-out-of-range`,
 *   `parameters-mismatch` for a head in a `BertModel`, `not-supported` in a browser
 */
export async function saveParameters(
  directory: string,
  parameters: ReadonlyMap<string, ParameterToSave>,
  options: SaveOptions,
): Promise<void> {
  const { config, architecture = 'BertModel', extra = {}, dtype = 'float32' } = options;
  const { maxShardBytes = Infinity } = options;
  if (!(maxShardBytes > 0))
    throw new RangeError(`maxShardBytes: expected more than 0, found ${maxShardBytes}`);
  if (!(dtype in SAVE_DTYPES)) {
    throw new RangeError(
      `dtype: expected one of ${Object.keys(SAVE_DTYPES).join(', ')}, found ${dtype as string}`,
    );
  }
  const heads = [...parameters.keys()].filter((name) => !isEncoderParameter(name));
  if (architecture === 'BertModel' && heads.length > 0) {
    const message = `${directory}: BertModel has no ${heads.join(', ')}: name the class of the head as architecture.`;
    throw new CheckpointError('parameters-mismatch', message, { file: directory, unexpected: heads });
  }
  const tensors = [...parameters].map(([name, parameter]): TensorToWrite => {
    const [rows, columns] = parameter.shape;
    return {
      name: toCheckpointName(name, architecture === 'BertModel' ? '' : 'bert.'),
      shape: otherOrientation(parameter.shape, parameter.transpose),
      values: async () => {
        const values = await parameter.values();
        return parameter.transpose && parameter.shape.length === 2
          ? transposed(values, rows, columns)
          : values;
      },
    };
  });
  const json = bertConfigToJson(config, {
    ...extra,
    architectures: [architecture],
    // `dtype` since transformers 4.56, `torch_dtype` before.
    dtype,
    torch_dtype: dtype,
  });
  const weights = weightFiles(directory, tensors, options);
  await files.writeAll(
    directory,
    [...weights, jsonFile('config.json', json)],
    await outdated(directory, weights),
  );
}
