import { files } from '#files';

import type { BertConfig } from '../config.js';
import { bertConfigToJson } from '../config-json.js';
import { CheckpointError } from '../errors.js';
import type { FileToWrite } from '../files.js';
import { kerasHubFiles } from '../hdf5/keras-hub-files.js';
import { tfModelFile } from '../hdf5/tf-model-file.js';
import { SAVE_DTYPES, type SaveDtype } from '../safetensors/dtype.js';
import type { TensorToWrite } from '../safetensors/writer.js';
import { googleFiles } from '../tensor-bundle/google-files.js';
import { isEncoderParameter, otherOrientation, toCheckpointName, transposed } from '../weight-names.js';
import { jsonFile } from './json-file.js';
import type { ParametersToSave } from './parameter-to-save.js';
import { safetensorsFiles } from './safetensors-files.js';

/**
 * Whose files a model is saved as:
 * - `safetensors`: Hugging Face's, `config.json` and `model.safetensors` or shards of it
 * - `google`: those of Google's release, `bert_config.json` and `bert_model.ckpt.*`, a checkpoint of TensorFlow 1
 * - `tf-h5`: those of the TensorFlow classes of `transformers`, `config.json` and `tf_model.h5`
 * - `keras-hub`: a preset of KerasHub, `config.json`, `metadata.json`, `model.weights.h5`
 */
export type SaveFormat = 'safetensors' | 'google' | 'tf-h5' | 'keras-hub';

/** All of `SaveFormat`, the default first. */
export const SAVE_FORMATS: readonly SaveFormat[] = ['safetensors', 'google', 'tf-h5', 'keras-hub'];

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
  /** whose files; default `safetensors` */
  readonly format?: SaveFormat | undefined;
  /** stored form; default `float32`, exact, which is the only one of other formats than safetensors */
  readonly dtype?: SaveDtype | undefined;
  /**
   * Most bytes of tensors in one file of safetensors; default: one file, whatever its size. A larger tensor gets its own
   * file.
   */
  readonly maxShardBytes?: number | undefined;
}

/** Weight files of former saves that would contradict the new ones: `transformers` prefers the single file. */
async function outdated(directory: string, written: readonly FileToWrite[]): Promise<string[]> {
  const names = new Set(written.map(({ name }) => name));
  const weights = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/;
  return (await files.list(directory)).filter((name) => weights.test(name) && !names.has(name));
}

/** Weights that loaders, `transformers` and this one, take before those of each format. */
const PREFERRED: Readonly<Record<SaveFormat, RegExp | undefined>> = {
  safetensors: undefined,
  google: /^(model.*\.safetensors(\.index\.json)?|pytorch_model.*\.bin(\.index\.json)?|config\.json)$/,
  'tf-h5': /^(model.*\.safetensors(\.index\.json)?|pytorch_model.*\.bin(\.index\.json)?)$/,
  'keras-hub': /^(model.*\.safetensors(\.index\.json)?|pytorch_model.*\.bin(\.index\.json)?|tf_model\.h5)$/,
};

/** @throws CheckpointError `write-failed` where weights lie that would be loaded instead of those to be written */
async function refuseHidden(directory: string, format: SaveFormat): Promise<void> {
  const preferred = PREFERRED[format];
  const found = preferred && (await files.list(directory)).find((name) => preferred.test(name));
  if (found === undefined) return;
  const message = `${directory}: ${found} lies there, which would be loaded instead of the ${format} files to be written. Save into a folder of their own.`;
  throw new CheckpointError('write-failed', message, { file: directory });
}

/**
 * Saves parameters and their configuration such that the tool whose format it is opens the folder as it is. Everything is
 * written under temporary names first; the configuration takes its place last, so a folder that has one is complete.
 * Weight files of a former save of safetensors that the new one does not overwrite are removed. Holds one tensor at a
 * time.
 * @param parameters by our names; shapes and values in memory orientation
 * @throws CheckpointError `write-failed` (former files untouched, no temporary file left), `value-out-of-range`,
 *   `parameters-mismatch` for a head in a `BertModel` or one that the format has no name for; `not-supported` in a browser,
 *   and for a model that KerasHub does not compute; RangeError for an unknown format or dtype
 */
export async function saveParameters(
  directory: string,
  parameters: ParametersToSave,
  options: SaveOptions,
): Promise<void> {
  const { architecture = 'BertModel', format = 'safetensors' } = options;
  checkOptions(options);
  const heads = [...parameters.keys()].filter((name) => !isEncoderParameter(name));
  if (architecture === 'BertModel' && heads.length > 0) {
    const message = `${directory}: BertModel has no ${heads.join(', ')}: name the class of the head as architecture.`;
    throw new CheckpointError('parameters-mismatch', message, { file: directory, unexpected: heads });
  }
  if (format !== 'safetensors' && options.config.prunedHeads) {
    const message = `${directory}: heads are pruned, which ${format} files cannot say. Save as safetensors.`;
    throw new CheckpointError('not-supported', message, { file: directory });
  }
  if (format !== 'safetensors' && heads.some((name) => name.startsWith('cls.predictions.decoder.'))) {
    const message = `${directory}: the decoder has a weight of its own (tie_word_embeddings: false), which models of ${format} files have not: they compute with the word embeddings. Save as safetensors.`;
    throw new CheckpointError('not-supported', message, { file: directory });
  }
  await refuseHidden(directory, format);
  const written = filesOf(directory, parameters, { ...options, architecture, format });
  await files.writeAll(
    directory,
    written,
    format === 'safetensors' ? await outdated(directory, written) : [],
  );
}

function checkOptions({
  dtype = 'float32',
  format = 'safetensors',
  maxShardBytes = Infinity,
}: SaveOptions): void {
  const expected = (name: string, what: string, found: unknown): RangeError =>
    new RangeError(`${name}: expected ${what}, found ${String(found)}`);
  if (!(maxShardBytes > 0)) throw expected('maxShardBytes', 'more than 0', maxShardBytes);
  if (!(dtype in SAVE_DTYPES))
    throw expected('dtype', `one of ${Object.keys(SAVE_DTYPES).join(', ')}`, dtype);
  if (!SAVE_FORMATS.includes(format)) throw expected('format', `one of ${SAVE_FORMATS.join(', ')}`, format);
  if (format === 'safetensors') return;
  if (dtype !== 'float32') throw expected('dtype', `float32, as ${format} files are written`, dtype);
  if (maxShardBytes !== Infinity) throw expected('maxShardBytes', `none for ${format} files`, maxShardBytes);
}

/** The files of a save, in the order in which they are written; the configuration is the last. */
function filesOf(
  directory: string,
  parameters: ParametersToSave,
  options: SaveOptions & { readonly architecture: string; readonly format: SaveFormat },
): FileToWrite[] {
  const { config, architecture, format, dtype = 'float32', maxShardBytes = Infinity } = options;
  if (format === 'google') return googleFiles(parameters, config);
  if (format === 'keras-hub') return kerasHubFiles(parameters, config);
  const json = bertConfigToJson(config, {
    ...options.extra,
    architectures: [architecture],
    // `dtype` since transformers 4.56, `torch_dtype` before.
    dtype,
    torch_dtype: dtype,
  });
  const weights =
    format === 'tf-h5'
      ? [tfModelFile(parameters, architecture)]
      : safetensorsFiles(directory, checkpointTensors(parameters, architecture), dtype, maxShardBytes);
  return [...weights, jsonFile('config.json', json)];
}

/** Parameters under Hugging Face's names, [out, in]. */
function checkpointTensors(parameters: ParametersToSave, architecture: string): TensorToWrite[] {
  return [...parameters].map(([name, parameter]) => {
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
}
