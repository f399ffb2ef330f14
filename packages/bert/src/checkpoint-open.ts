import { files } from '#files';

import type { Checkpoint } from './checkpoint.js';
import { openShards } from './checkpoint-shards.js';
import { CheckpointError } from './errors.js';
import { openHdf5Checkpoint } from './hdf5/hdf5-checkpoint.js';
import { withPytorchNames } from './names/pytorch-names.js';
import { openPickle } from './pickle/open-pickle.js';
import { openSafetensors } from './safetensors/reader.js';
import { findBundle } from './tensor-bundle/find-bundle.js';
import { openTensorflowCheckpoint } from './tensor-bundle/tensorflow-checkpoint.js';

/** Name of the weights in a folder of Hugging Face's layout, when they are in one file. */
export const WEIGHTS_FILE = 'model.safetensors';

/** Name of the list of files when they are in several. */
export const INDEX_FILE = 'model.safetensors.index.json';

type Open = (path: string) => Promise<Checkpoint>;

/** What opens a file, by the ending of its name. */
const ENDINGS: readonly (readonly [ending: string, open: Open])[] = [
  ['.safetensors', openSafetensors],
  ['.index.json', openShards],
  ['.h5', openHdf5Checkpoint],
  ['.bin', openPickle],
  ['.pt', openPickle],
  ['.pth', openPickle],
];

/** Weights that a folder may hold, the best first: safetensors has the strictest header and nothing else in it. */
const IN_FOLDERS: readonly (readonly [name: string, open: Open])[] = [
  [WEIGHTS_FILE, openSafetensors],
  [INDEX_FILE, openShards],
  ['pytorch_model.bin', openPickle],
  ['pytorch_model.bin.index.json', openShards],
  ['tf_model.h5', openHdf5Checkpoint],
  ['tf_model.h5.index.json', openShards],
  ['model.weights.h5', openHdf5Checkpoint],
];

async function whatIsThere(directory: string): Promise<string> {
  const present = await files.list(directory);
  const readable = present.filter((name) => ENDINGS.some(([ending]) => name.endsWith(ending)));
  if (readable.length > 0) return `Found ${readable.join(', ')}: give the path of the one that is meant.`;
  const others = present.filter((name) => /\.(msgpack|onnx|ot)$/.test(name));
  if (others.length > 0) return `Found ${others.join(', ')}, which this package does not read.`;
  if (present.some((name) => /^\..*\.(old|tmp)$/.test(name))) return 'A save into this folder was cut off.';
  return 'Give the folder of a model saved with save_pretrained.';
}

/**
 * Opens the weights of a model. Of a folder those in `model.safetensors`, or else what `model.safetensors.index.json` lists,
 * or else `pytorch_model.bin`, what `pytorch_model.bin.index.json` lists, `tf_model.h5`, what `tf_model.h5.index.json` lists, KerasHub's `model.weights.h5`, a
 * SavedModel or another checkpoint of TensorFlow. All headers are checked; no tensor is read.
 * @param source folder; or path of a `.safetensors` file, of an index of several files (`.index.json`), of a file of
 *   PyTorch's (`.bin`, `.pt`, `.pth`, `.ckpt`) or Keras's (`.h5`), or of a TensorFlow checkpoint with or without `.index`; addresses in a browser
 * @throws CheckpointError `not-found`, `missing-shard`, `index-invalid`, `index-mismatch`, `unsafe-path`, or the
 *   fault of a file, see `openSafetensors`; `pickle-invalid`, `archive-invalid` and `forbidden-global` of PyTorch's files;
 *   `checksum-mismatch` and `size-mismatch` of TensorFlow checkpoints; `not-supported` of HDF5 files
 */
export async function openCheckpoint(source: string): Promise<Checkpoint> {
  const checkpoint = await open(source);
  try {
    return withPytorchNames(checkpoint);
  } catch (error) {
    await checkpoint.close();
    throw error;
  }
}

async function open(source: string): Promise<Checkpoint> {
  const byEnding = ENDINGS.find(([ending]) => source.endsWith(ending));
  if (byEnding !== undefined) return byEnding[1](source);
  for (const [name, openFile] of IN_FOLDERS) {
    const path = files.join(source, name);
    if (await files.exists(path)) return openFile(path);
  }
  const bundle = await findBundle(source);
  if (bundle !== undefined) return openTensorflowCheckpoint(bundle);
  // PyTorch Lightning gives its files the ending that Google gives the beginning of its files' names.
  if (source.endsWith('.ckpt') && (await files.exists(source))) return openPickle(source);
  const names = IN_FOLDERS.map(([name]) => name).join(', ');
  const message = `${source}: no weights; looked for ${names} and a checkpoint of TensorFlow. ${await whatIsThere(source)}`;
  throw new CheckpointError('not-found', message, { file: source });
}
