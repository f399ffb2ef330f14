import type { Target } from '../target.js';
import { safetensors } from './safetensors.js';
import { shards } from './shards.js';
import { tensorBundle, tensorflowCheckpoint } from './tensor-bundle.js';
import { torchArchive, torchLegacy } from './torch.js';

/** Every reader there is. */
export const TARGETS: readonly Target[] = [
  safetensors,
  shards,
  torchArchive,
  torchLegacy,
  tensorBundle,
  tensorflowCheckpoint,
];
