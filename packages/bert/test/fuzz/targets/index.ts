import type { Target } from '../target.js';
import { archives } from './archives.js';
import { hdf5, hdf5Checkpoint } from './hdf5.js';
import { safetensors } from './safetensors.js';
import { shards } from './shards.js';
import { savedModel, tensorBundle, tensorflowCheckpoint } from './tensor-bundle.js';
import { torchArchive, torchLegacy } from './torch.js';

/** Every reader there is. */
export const TARGETS: readonly Target[] = [
  safetensors,
  shards,
  torchArchive,
  torchLegacy,
  tensorBundle,
  tensorflowCheckpoint,
  savedModel,
  hdf5,
  hdf5Checkpoint,
  archives,
];
