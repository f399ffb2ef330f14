import type { Checkpoint } from '../checkpoint.js';
import { CheckpointError } from '../errors.js';
import { mapCheckpoint } from '../mapped-checkpoint.js';
import type { MappedName } from '../names/mapped-name.js';
import { isTrainingState, mapTf1Name } from '../names/tf1-names.js';
import { type GraphVariable, nameVariables } from '../names/variable-names.js';
import { isFloat } from '../safetensors/dtype.js';
import { openTensorBundle, type TensorBundle } from './bundle-reader.js';
import { OBJECT_GRAPH, variableNames } from './object-graph.js';

/** What ends every key of a value in a checkpoint with an object graph. */
const VALUE = '/.ATTRIBUTES/VARIABLE_VALUE';

/** Full names by key, without what an optimizer kept; undefined for a checkpoint without an object graph. */
export async function readGraph({
  entries,
  file,
  readText,
}: TensorBundle): Promise<Map<string, string> | undefined> {
  if (!entries.has(OBJECT_GRAPH)) return undefined;
  return variableNames(await readText(OBJECT_GRAPH), (found) => {
    const message = `${file}: the object graph cannot be read: ${found}.`;
    return new CheckpointError('index-invalid', message, { file, tensor: OBJECT_GRAPH });
  });
}

/** What the tensors of a checkpoint are to Hugging Face. */
export interface NamedTensors {
  /** by key, of every tensor that may be a parameter */
  readonly names: ReadonlyMap<string, MappedName>;
  /** whether it has no object graph, as those of `tf.train.Saver` */
  readonly isTf1: boolean;
}

/** Names what may be a parameter: tensors of floats, without what an optimizer kept. */
export async function nameTensors(bundle: TensorBundle): Promise<NamedTensors> {
  const { entries } = bundle;
  const graph = await readGraph(bundle);
  const floats = [...entries.values()].filter(({ dtype }) => isFloat(dtype));
  if (graph === undefined) {
    const kept = floats.filter(({ name }) => !isTrainingState(name, (other) => entries.has(other)));
    return { names: new Map(kept.map(({ name }) => [name, mapTf1Name(name)])), isTf1: true };
  }
  const keys = new Map<GraphVariable, string>();
  for (const { name: key, shape } of floats) {
    const fullName = graph.get(key);
    const path = key.endsWith(VALUE) ? key.slice(0, -VALUE.length) : key;
    if (fullName !== undefined) keys.set({ path, fullName, shape }, key);
  }
  const variables = nameVariables([...keys.keys()]);
  return {
    names: new Map([...variables].map(([variable, name]) => [keys.get(variable) ?? '', name])),
    isTf1: false,
  };
}

/**
 * Opens a checkpoint of TensorFlow as if Hugging Face had saved it, with its names and [out, in] matrices: of Google's
 * original release, of a model fine-tuned from one with its scripts, of the Model Garden, or the variables of a
 * SavedModel. What an optimizer kept and tensors that are not of floats, such as `global_step`, are left out.
 * @param prefix path or address without `.index`, such as `bert_model.ckpt`
 * @throws CheckpointError as `openTensorBundle`; `duplicate-name`
 */
export async function openTensorflowCheckpoint(prefix: string): Promise<Checkpoint> {
  const bundle = await openTensorBundle(prefix);
  try {
    const { names } = await nameTensors(bundle);
    return mapCheckpoint(bundle, names);
  } catch (error) {
    await bundle.close();
    throw error;
  }
}
