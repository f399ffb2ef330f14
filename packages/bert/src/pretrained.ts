import { files } from '#files';

import type { BertConfig } from './config.js';
import { bertConfigExtra, parseBertConfig, type ParseConfigOptions } from './config-json.js';
import { isKerasConfig } from './config-keras-hub.js';
import { CheckpointError, ConfigError } from './errors.js';
import { inferredLabels } from './inferred-labels.js';
import { readJson } from './pretrained-json.js';
import { findSavedModel } from './saved-model/find-saved-model.js';
import { inferSavedModelConfig } from './saved-model/saved-model-config.js';

/** A model folder's configuration. */
export interface PretrainedConfig {
  readonly config: BertConfig;
  /** what else the file says, such as `id2label`; to be handed back when the model is saved */
  readonly extra: Readonly<Record<string, unknown>>;
  /** classes of `transformers` that wrote the folder, for example `BertForMaskedLM`; empty where the file names none */
  readonly architectures: readonly string[];
  /** path or address of the file, or of the SavedModel that it was inferred from */
  readonly source: string;
}

/** Labels of a KerasHub preset's task, which says how many there are. */
async function kerasTaskLabels(directory: string): Promise<Record<string, unknown>> {
  const path = files.join(directory, 'task.json');
  if (!(await files.exists(path))) return {};
  const json = await readJson(
    path,
    (cause) => new ConfigError('not-json', path, [], `${path}: not JSON in UTF-8.`, { cause }),
  );
  const { config } = json as { readonly config?: { readonly num_classes?: unknown } };
  const count = config?.num_classes;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? inferredLabels(count) : {};
}

/**
 * Reads `config.json`, or Google's `bert_config.json` where there is no such file. `config.json` may be that of a KerasHub
 * preset. A SavedModel has none: there the configuration is inferred from the shapes of its variables, see `inferSavedModelConfig`.
 * @param directory path of the folder or of the weights in it; address in a browser
 * @throws CheckpointError `not-found` or `read-failed`
 * @throws ConfigError `not-json` or `invalid-config`
 */
export async function readPretrainedConfig(
  directory: string,
  options: ParseConfigOptions = {},
): Promise<PretrainedConfig> {
  for (const name of ['config.json', 'bert_config.json']) {
    const source = files.join(directory, name);
    if (!(await files.exists(source))) continue;
    const json = await readJson(
      source,
      (cause) =>
        new ConfigError('not-json', source, [], `${source}: not JSON in UTF-8: ${String(cause)}`, { cause }),
    );
    return {
      config: parseBertConfig(json, source, options),
      extra: isKerasConfig(json) ? await kerasTaskLabels(directory) : bertConfigExtra(json),
      architectures: architecturesOf(json),
      source,
    };
  }
  const savedModel = await findSavedModel(directory);
  if (savedModel !== undefined && savedModel !== directory) return readPretrainedConfig(savedModel, options);
  if (savedModel !== undefined) {
    return { ...(await inferSavedModelConfig(savedModel)), architectures: [], source: savedModel };
  }
  // Of a checkpoint's path the folder it lies in.
  if (
    /\.(safetensors|index|index\.json|bin|pt|pth|ckpt|h5)$/.test(directory) ||
    (await files.exists(`${directory}.index`))
  ) {
    return readPretrainedConfig(files.split(directory).directory, options);
  }
  const present = await files.list(directory);
  const interrupted = present.filter((name) => /^\..*\.(old|tmp)$/.test(name));
  const hint =
    interrupted.length > 0
      ? ` A save into this folder was cut off; the former files may be under ${interrupted.join(', ')}.`
      : ' Give the folder that holds config.json and the weights.';
  throw new CheckpointError('not-found', `${directory}: no config.json and no bert_config.json.${hint}`, {
    file: directory,
  });
}

function architecturesOf(json: unknown): string[] {
  const { architectures } = json as { readonly architectures?: unknown };
  return Array.isArray(architectures) ? architectures.filter((name) => typeof name === 'string') : [];
}
