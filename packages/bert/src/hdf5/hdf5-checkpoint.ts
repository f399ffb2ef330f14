import { files } from '#files';

import type { Checkpoint } from '../checkpoint.js';
import { CheckpointError } from '../errors.js';
import { mapCheckpoint, type MappedCheckpoint } from '../mapped-checkpoint.js';
import { nameHuggingFaceTfPaths } from '../names/hugging-face-tf-names.js';
import { areKerasPaths, nameKerasPaths } from '../names/keras-hub-names.js';
import type { MappedName } from '../names/mapped-name.js';
import { isFloat } from '../safetensors/dtype.js';
import { type Hdf5File, openHdf5 } from './hdf5-reader.js';

/** Files of a KerasHub preset: the backbone's weights, and those of the task on it where there is one. */
const BACKBONE = 'model.weights.h5';
const TASK = 'task.weights.h5';

/** What Keras kept for training when it saved a whole model: `optimizer_weights`, and metrics without a layer. */
const TRAINING = /^(optimizer_weights|top_level_model_weights)\//;

function nameDatasets({ entries }: Hdf5File): Map<string, MappedName> {
  const paths = [...entries.values()].filter(({ dtype }) => isFloat(dtype)).map(({ name }) => name);
  if (areKerasPaths(paths)) return nameKerasPaths(paths);
  return nameHuggingFaceTfPaths(paths.filter((path) => !TRAINING.test(path)));
}

async function openMapped(source: Parameters<typeof openHdf5>[0]): Promise<MappedCheckpoint> {
  const file = await openHdf5(source);
  try {
    return mapCheckpoint(file, nameDatasets(file));
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Backbone and task of a preset as one checkpoint. */
async function withTask(backbone: MappedCheckpoint, taskPath: string): Promise<Checkpoint> {
  const task = await openMapped(taskPath).catch(async (error: unknown) => {
    await backbone.close();
    throw error;
  });
  const twice = [...task.entries.keys()].find((name) => backbone.entries.has(name));
  if (twice !== undefined) {
    await Promise.all([backbone.close(), task.close()]);
    const message = `${taskPath}: ${twice} is in ${backbone.file} too. Give the path of the one that is meant.`;
    throw new CheckpointError('duplicate-name', message, { file: taskPath, tensor: twice });
  }
  const whoHas = (name: string): MappedCheckpoint => (task.entries.has(name) ? task : backbone);
  return {
    file: backbone.file,
    entries: new Map([...backbone.entries, ...task.entries]),
    metadata: backbone.metadata,
    read: (name) => whoHas(name).read(name),
    readTransposed: (name) => whoHas(name).readTransposed(name),
    close: async () => {
      await backbone.close();
      await task.close();
    },
  };
}

/**
 * Opens weights in HDF5 as if Hugging Face had saved them, with its names and [out, in] matrices: `tf_model.h5` of
 * `transformers`' TensorFlow classes, or `model.weights.h5` of KerasHub, with the `task.weights.h5` beside it. What an
 * optimizer kept and datasets that are not of floats are left out.
 * @param source path, address (in a browser), the whole file, or an open one, which is closed with the result
 * @throws CheckpointError as `openHdf5`; `duplicate-name`
 */
export async function openHdf5Checkpoint(source: Parameters<typeof openHdf5>[0]): Promise<Checkpoint> {
  const checkpoint = await openMapped(source);
  if (typeof source !== 'string') return checkpoint;
  const { directory, name } = files.split(source);
  const task = files.join(directory, TASK);
  if (name !== BACKBONE || !(await files.exists(task))) return checkpoint;
  return withTask(checkpoint, task);
}
