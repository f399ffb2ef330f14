import * as tf from '@tensorflow/tfjs';

import { type LoadReport, loadParameters } from './checkpoint-load.js';
import { saveParameters, type SaveOptions } from './saving/save-parameters.js';
import type { FitOptions } from './checkpoint-fit.js';
import type { BertConfig } from './config.js';
import { BertError, missingParameter } from './errors.js';
import type { Lora } from './lora/lora.js';
import { isLoraParameter } from './lora/lora-targets.js';
import { createVariable, initialParameter, type ParameterSpec } from './parameters.js';

/** Which names of a checkpoint may differ from the model's, and how parameters it lacks start. */
export interface LoadVariablesOptions extends FitOptions {
  /** seed of the values of parameters that are missing and may be; default 0 */
  readonly seed?: number | undefined;
}

/** Parameters with the values of a checkpoint. */
export interface LoadedVariables {
  /** by our names, in the order of the specs; the caller owns them */
  readonly parameters: Map<string, tf.Variable>;
  /** what became of each name */
  readonly report: LoadReport;
}

/**
 * Creates a model's parameters with the values of a checkpoint, strictly: see `loadParameters`. Parameters that may be
 * missing start as they do without a checkpoint. When loading fails nothing is left behind.
 * @param source see `openCheckpoint`
 * @throws CheckpointError
 */
export async function loadVariables(
  source: string,
  specs: ReadonlyMap<string, ParameterSpec>,
  config: BertConfig,
  options: LoadVariablesOptions = {},
): Promise<LoadedVariables> {
  const loaded = new Map<string, tf.Variable>();
  try {
    const report = await loadParameters(source, specs, options, (name, values, shape) => {
      loaded.set(name, createVariable(values, shape));
    });
    const parameters = new Map(
      [...specs].map(([name, spec]): [string, tf.Variable] => [
        name,
        loaded.get(name) ?? initialParameter(name, spec, config, options.seed ?? 0),
      ]),
    );
    return { parameters, report };
  } catch (error) {
    for (const variable of loaded.values()) variable.dispose();
    throw error;
  }
}

/** How and as what variables are saved. */
export interface SaveVariablesOptions extends SaveOptions {
  /** that of the encoder; must be given where there are A and B among the parameters */
  readonly lora?: Lora | undefined;
  /** whether the changes of LoRA are in the saved weights; without them the folder is the model under them. Default true */
  readonly foldLora?: boolean | undefined;
}

/**
 * Saves parameters with their config such that `transformers` opens the folder as it is: see `saveParameters`. Values
 * leave the device one parameter at a time.
 * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`; BertError `missing-parameter`,
 *   `not-adapted` for A and B without `lora`
 */
export async function saveVariables(
  directory: string,
  parameters: ReadonlyMap<string, tf.Variable>,
  specs: ReadonlyMap<string, ParameterSpec>,
  { lora, foldLora = true, ...options }: SaveVariablesOptions,
): Promise<void> {
  const lost = lora ? undefined : [...parameters.keys()].find(isLoraParameter);
  if (lost !== undefined) {
    const message = `${directory}: ${lost} would be lost: give the encoder's \`lora\`, which says how it is added.`;
    throw new BertError('not-adapted', message);
  }
  // Clones share the values' memory and keep them as they are now, while training goes on assigning new ones.
  const copies: tf.Tensor[] = [];
  try {
    const toSave = [...specs].map(([name, { shape, transpose }]) => {
      const variable = parameters.get(name);
      if (variable === undefined) throw missingParameter(name);
      const value = valueToSave(name, variable, lora, foldLora);
      const copy = tf.keep(value);
      copies.push(copy);
      return [name, { shape, transpose, values: async () => (await copy.data()) as Float32Array }] as const;
    });
    await saveParameters(directory, new Map(toSave), options);
  } finally {
    tf.dispose(copies);
  }
}

/** A new handle of what is saved under a name; caller disposes. */
function valueToSave(name: string, variable: tf.Tensor, lora: Lora | undefined, fold: boolean): tf.Tensor {
  if (!lora) return tf.clone(variable);
  const module = name.replace(/\.weight$/, '');
  return fold ? lora.effective(module, variable) : tf.clone(lora.unmerged(name, variable));
}
