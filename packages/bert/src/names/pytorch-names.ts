import type { Checkpoint } from '../checkpoint.js';
import { mapCheckpoint } from '../mapped-checkpoint.js';
import { mapHuggingFaceTfName } from './hugging-face-tf-names.js';

/**
 * A checkpoint of safetensors under PyTorch's names, also where a TensorFlow class of `transformers` wrote it, which its
 * metadata say.
 */
export function withPytorchNames(checkpoint: Checkpoint): Checkpoint {
  if (checkpoint.metadata.get('format') !== 'tf') return checkpoint;
  const names = new Map([...checkpoint.entries.keys()].map((name) => [name, mapHuggingFaceTfName(name)]));
  return mapCheckpoint(checkpoint, names, checkpoint.metadata);
}
