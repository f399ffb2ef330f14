import * as tf from '@tensorflow/tfjs';

import { type LoadReport, loadParameters } from './checkpoint-load.js';
import { saveParameters, type SaveOptions } from './checkpoint-save.js';
import type { FitOptions } from './checkpoint-fit.js';
import type { BertConfig } from './config.js';
import { missingParameter } from './errors.js';
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

/**
 * Saves parameters with their config such that `transformers` opens the folder as it is: see `saveParameters`. Values
 * leave the device one parameter at a time.
 * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`; BertError `missing-parameter`
 */
export async function saveVariables(
  directory: string,
  parameters: ReadonlyMap<string, tf.Variable>,
  specs: ReadonlyMap<string, ParameterSpec>,
  options: SaveOptions,
): Promise<void> {
  // Clones share the values' memory and keep them as they are now, while training goes on assigning new ones.
  const copies: tf.Tensor[] = [];
  try {
    const toSave = [...specs].map(([name, { shape, transpose }]) => {
      const variable = parameters.get(name);
      if (variable === undefined) throw missingParameter(name);
      const copy = tf.keep(tf.clone(variable as tf.Tensor));
      copies.push(copy);
      return [name, { shape, transpose, values: async () => (await copy.data()) as Float32Array }] as const;
    });
    await saveParameters(directory, new Map(toSave), options);
  } finally {
    tf.dispose(copies);
  }
}
