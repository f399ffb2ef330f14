import type { Checkpoint, CheckpointEntry } from '../checkpoint.js';
import { CheckpointError } from '../errors.js';
import { isFloat } from '../safetensors-dtype.js';
import { transposed } from '../weight-names.js';
import { openTensorBundle } from './bundle-reader.js';
import { isTrainingState, mapTf1Name } from './tf1-names.js';

/**
 * Opens a checkpoint of Google's original release, or of a model fine-tuned from one with its scripts, as if Hugging
 * Face had saved it: its names, and [out, in] matrices. What an optimizer kept and tensors that are not of floats, such
 * as `global_step`, are left out.
 * @param prefix path or address without `.index`, such as `bert_model.ckpt`
 * @throws CheckpointError as `openTensorBundle`; `duplicate-name`
 */
export async function openTf1Checkpoint(prefix: string): Promise<Checkpoint> {
  const bundle = await openTensorBundle(prefix);
  const { file } = bundle;
  const entries = new Map<string, CheckpointEntry>();
  const stored = new Map<string, { variable: string; transpose: boolean; shape: readonly number[] }>();
  for (const { name: variable, dtype, shape } of bundle.entries.values()) {
    if (!isFloat(dtype)) continue;
    if (isTrainingState(variable, (name) => bundle.entries.has(name))) continue;
    const mapped = mapTf1Name(variable);
    const { name } = mapped;
    const former = stored.get(name);
    if (former !== undefined) {
      await bundle.close();
      const message = `${file}: ${former.variable} and ${variable} are the same parameter, ${name}.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: variable });
    }
    const transpose = mapped.transpose && shape.length === 2;
    stored.set(name, { variable, transpose, shape });
    entries.set(name, { name, dtype, shape: transpose ? [...shape].reverse() : shape });
  }
  const read = async (name: string): Promise<Float32Array> => {
    const { variable, transpose, shape } = stored.get(name) ?? {
      variable: name,
      transpose: false,
      shape: [],
    };
    const values = await bundle.read(variable);
    return transpose ? transposed(values, shape[0], shape[1]) : values;
  };
  return { file, entries, metadata: new Map(), read, close: () => bundle.close() };
}
