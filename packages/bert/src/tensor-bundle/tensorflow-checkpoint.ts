import type { Checkpoint, CheckpointEntry } from '../checkpoint.js';
import { CheckpointError } from '../errors.js';
import { isFloat } from '../safetensors/dtype.js';
import { transposed } from '../weight-names.js';
import { openTensorBundle, type TensorBundle } from './bundle-reader.js';
import { OBJECT_GRAPH, variableNames } from './object-graph.js';
import { isTrainingState, type MappedName, mapTf1Name } from './tf1-names.js';
import { mapTf2Name, mergeHeads } from './tf2-names.js';

/** What a tensor of the file is to Hugging Face. */
interface Mapped extends MappedName {
  /** as in the file, with the axes of heads merged */
  readonly shape: readonly number[];
}

/** Every tensor that may be a parameter, by its key. */
async function mapTensors({ entries, file, readText }: TensorBundle): Promise<Map<string, Mapped>> {
  const mapped = new Map<string, Mapped>();
  const graph = entries.has(OBJECT_GRAPH) ? await readText(OBJECT_GRAPH) : undefined;
  const names =
    graph &&
    variableNames(graph, (found) => {
      const message = `${file}: the object graph cannot be read: ${found}.`;
      return new CheckpointError('index-invalid', message, { file, tensor: OBJECT_GRAPH });
    });
  for (const { name: key, dtype, shape } of entries.values()) {
    if (!isFloat(dtype)) continue;
    if (names === undefined) {
      if (!isTrainingState(key, (name) => entries.has(name))) mapped.set(key, { ...mapTf1Name(key), shape });
      continue;
    }
    const variable = names.get(key);
    if (variable !== undefined) {
      mapped.set(key, { ...mapTf2Name(variable), shape: mergeHeads(variable, shape) });
    }
  }
  return mapped;
}

async function openMapped(bundle: TensorBundle): Promise<Checkpoint> {
  const { file } = bundle;
  const entries = new Map<string, CheckpointEntry>();
  const stored = new Map<string, Mapped & { readonly key: string }>();
  for (const [key, tensor] of await mapTensors(bundle)) {
    const { name, shape } = tensor;
    const former = stored.get(name);
    if (former !== undefined) {
      const message = `${file}: ${former.key} and ${key} are the same parameter, ${name}.`;
      throw new CheckpointError('duplicate-name', message, { file, tensor: key });
    }
    const transpose = tensor.transpose && shape.length === 2;
    stored.set(name, { ...tensor, key, transpose });
    const dtype = bundle.entries.get(key)?.dtype ?? '';
    entries.set(name, { name, dtype, shape: transpose ? [...shape].reverse() : shape });
  }
  const read = async (name: string): Promise<Float32Array> => {
    const { key, transpose, shape } = stored.get(name) ?? { key: name, transpose: false, shape: [] };
    const values = await bundle.read(key);
    return transpose ? transposed(values, shape[0], shape[1]) : values;
  };
  return { file, entries, metadata: new Map(), read, close: () => bundle.close() };
}

/**
 * Opens a checkpoint of TensorFlow as if Hugging Face had saved it, with its names and [out, in] matrices: of Google's
 * original release, of a model fine-tuned from one with its scripts, or of the Model Garden. What an optimizer kept and
 * tensors that are not of floats, such as `global_step`, are left out.
 * @param prefix path or address without `.index`, such as `bert_model.ckpt`
 * @throws CheckpointError as `openTensorBundle`; `duplicate-name`
 */
export async function openTensorflowCheckpoint(prefix: string): Promise<Checkpoint> {
  const bundle = await openTensorBundle(prefix);
  try {
    return await openMapped(bundle);
  } catch (error) {
    await bundle.close();
    throw error;
  }
}
