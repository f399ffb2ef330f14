import { files } from '#files';
import * as tf from '@tensorflow/tfjs';

import type { Bert } from '../bert.js';
import { BertError, CheckpointError, ConfigError } from '../errors.js';
import { readJson } from '../pretrained-json.js';
import { openSafetensors } from '../safetensors/reader.js';
import { safetensorsBytes, type TensorToWrite } from '../safetensors/writer.js';
import { isEncoderParameter, otherOrientation, toCheckpointName, transposed } from '../weight-names.js';
import { type LoraConfig, loraConfigToJson, parseLoraConfig } from './lora-config.js';
import { isInModules, isLoraParameter } from './lora-targets.js';
import type { Lora } from './lora.js';

/** PEFT's names of the two files. */
const CONFIG_FILE = 'adapter_config.json';
const WEIGHTS_FILE = 'adapter_model.safetensors';

/** What stands before every name in PEFT's file: the wrapper, and what it wraps. */
const WRAPPER = 'base_model.model.';

/** Copies that PEFT writes beside what counts when all biases are saved. */
const COPIES = /\.(modules_to_save|original_module)\./;

/** An encoder, or a head with its encoder. */
export type LoraModel = Bert | { readonly bert: Bert; readonly parameters: ReadonlyMap<string, tf.Variable> };

/** What else PEFT's configuration says. */
export interface SaveLoraOptions {
  /** PEFT's `task_type`, such as `SEQ_CLS`, `TOKEN_CLS`, `QUESTION_ANS`; default: none, as of an encoder alone */
  readonly taskType?: string | undefined;
  /** name or path of the model under it, for `peft` to find; default: none, `PeftModel.from_pretrained` gets the model */
  readonly baseModel?: string | undefined;
}

/**
 * Saves what LoRA trains as a folder that `peft` opens on the same base model: `adapter_model.safetensors` with every A and
 * B, the biases and modules trained beside them and the head, and `adapter_config.json`.
 * @param model has LoRA, merged or not
 * @throws BertError `not-adapted`; CheckpointError `write-failed`, `not-supported`
 */
export async function saveLora(
  directory: string,
  model: LoraModel,
  { taskType, baseModel }: SaveLoraOptions = {},
): Promise<void> {
  const { lora, parameters, isHead } = partsOf(model, 'saveLora');
  const saved = [...parameters].filter(([name]) => lora.trains(name));
  const tensors = saved.map(([name, variable]): TensorToWrite => {
    const isTransposed = isMap(name, variable.shape);
    const [rows, columns] = variable.shape;
    return {
      name: toPeftName(name, lora, isHead),
      shape: otherOrientation(variable.shape, isTransposed),
      values: async () => {
        const values = Float32Array.from(await lora.unmerged(name, variable).data());
        return isTransposed ? transposed(values, rows, columns) : values;
      },
    };
  });
  const heads = saved.flatMap(([name]) => (isEncoderParameter(name) ? [] : [name.split('.')[0]]));
  const modulesToSave = [...new Set([...lora.config.modulesToSave, ...heads])];
  const json = loraConfigToJson({ ...lora.config, modulesToSave }, { taskType, baseModel });
  const text = new TextEncoder().encode(`${JSON.stringify(json, undefined, 2)}\n`);
  await files.writeAll(directory, [
    { name: WEIGHTS_FILE, content: () => safetensorsBytes(tensors, files.join(directory, WEIGHTS_FILE)) },
    { name: CONFIG_FILE, content: () => [text] },
  ]);
}

/**
 * Reads `adapter_config.json`: options for `addLora`. Modules that are no part of an encoder, a head's, are left out.
 * @throws CheckpointError `not-found`, `read-failed`; ConfigError `not-json`, `invalid-config` for what is not supported, such
 *   as DoRA
 */
export async function readLoraConfig(directory: string): Promise<LoraConfig> {
  const source = files.join(directory, CONFIG_FILE);
  const json = await readJson(
    source,
    (cause) =>
      new ConfigError('not-json', source, [], `${source}: not JSON in UTF-8: ${String(cause)}`, { cause }),
  );
  return parseLoraConfig(json, source);
}

/**
 * Gives a model the values that `saveLora` or `peft` saved, strictly: every A, every B and everything else that is trained
 * must be in the file with its shape, and nothing more; the head may be absent as a whole where the configuration does not
 * name it. Nothing changes otherwise.
 * @param model has LoRA as `readLoraConfig` says: `addLora(bert, await readLoraConfig(directory))`, and the head on it
 * @throws BertError `not-adapted`, `merged`; CheckpointError `parameters-mismatch` with all names, and those of the file
 */
export async function loadLora(directory: string, model: LoraModel): Promise<void> {
  const { lora, parameters } = partsOf(model, 'loadLora');
  if (lora.isMerged) throw new BertError('merged', 'loadLora: LoRA is merged. Call unmergeLora first.');
  const path = files.join(directory, WEIGHTS_FILE);
  const file = await openSafetensors(path);
  try {
    const stored = new Map(
      [...file.entries.keys()].filter((name) => !COPIES.test(name)).map((name) => [fromPeftName(name), name]),
    );
    const trained = [...parameters].filter(([name]) => lora.trains(name));
    const { modulesToSave } = lora.config;
    const hasHead = [...stored.keys()].some((name) => !isEncoderParameter(name));
    const isNeeded = (name: string): boolean =>
      isEncoderParameter(name) || hasHead || isInModules(name, modulesToSave);
    const missing = trained.filter(([name]) => !stored.has(name) && isNeeded(name)).map(([name]) => name);
    const unexpected = [...stored.keys()].filter((name) => !parameters.has(name) || !lora.trains(name));
    const mismatched = trained.flatMap(([name, { shape }]) => {
      const found = file.entries.get(stored.get(name) ?? '')?.shape.join(', ');
      const expected = otherOrientation(shape, isMap(name, shape)).join(', ');
      return found === undefined || found === expected
        ? []
        : [{ name, expected: `[${expected}]`, found: `[${found}]` }];
    });
    if (missing.length + unexpected.length + mismatched.length > 0) {
      throw misfit(path, { missing, unexpected, mismatched });
    }
    const values = new Map<string, Float32Array>();
    for (const [name, storedName] of stored) values.set(name, await file.read(storedName));
    for (const [name, variable] of trained) assign(variable, values.get(name), isMap(name, variable.shape));
  } finally {
    await file.close();
  }
}

function partsOf(
  model: LoraModel,
  where: string,
): { lora: Lora; parameters: ReadonlyMap<string, tf.Variable>; isHead: boolean } {
  const isHead = 'bert' in model;
  const { lora } = isHead ? model.bert : model;
  if (lora) return { lora, parameters: model.parameters, isHead };
  throw new BertError('not-adapted', `${where}: expected a model with LoRA, found one without. See addLora.`);
}

/** Whether a parameter is the matrix of an affine map, which files hold the other way round. */
function isMap(name: string, shape: readonly number[]): boolean {
  return shape.length === 2 && !name.startsWith('embeddings.');
}

/** The bias of a map that is adapted stands below the map that PEFT has wrapped. */
function toPeftName(name: string, lora: Lora, isHead: boolean): string {
  const [module, last] = splitLast(name);
  const inner = last === 'bias' && lora.modules.includes(module) ? `${module}.base_layer.bias` : name;
  return WRAPPER + toCheckpointName(inner, isHead ? 'bert.' : '');
}

function fromPeftName(name: string): string {
  const bare = name.startsWith(WRAPPER) ? name.slice(WRAPPER.length) : name;
  return bare.replace(/^bert\./, '').replace('.base_layer.', '.');
}

function splitLast(name: string): readonly [module: string, last: string] {
  const at = name.lastIndexOf('.');
  return [name.slice(0, at), name.slice(at + 1)];
}

function assign(variable: tf.Variable, values: Float32Array | undefined, isTransposed: boolean): void {
  const [rows, columns] = variable.shape;
  const next = values && isTransposed ? transposed(values, columns, rows) : values;
  if (next) tf.tidy(() => variable.assign(tf.tensor(next, variable.shape)));
}

function misfit(
  file: string,
  found: Required<Pick<CheckpointError, 'missing' | 'unexpected' | 'mismatched'>>,
): CheckpointError {
  const { missing, unexpected, mismatched } = found;
  const parts = [
    ...(missing.length > 0 ? [`it lacks ${missing.join(', ')}`] : []),
    ...(unexpected.length > 0 ? [`it has ${unexpected.join(', ')}, which the model does not train`] : []),
    ...mismatched.map(({ name, expected, found }) => `${name} must be ${expected} but is ${found}`),
  ];
  const hint = missing.some(isLoraParameter)
    ? ' Add LoRA as its adapter_config.json says: addLora(bert, await readLoraConfig(directory)).'
    : ' Is it the adapter of a model with another head or other sizes?';
  return new CheckpointError('parameters-mismatch', `${file}: ${parts.join('; ')}.${hint}`, {
    file,
    ...found,
  });
}
