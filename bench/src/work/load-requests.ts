import type { Shape } from '../shape.js';
import type { EngineRequest, Timing } from './requests.js';

/** Whose files weights are in: safetensors, TensorFlow's checkpoint as Google released them, PyTorch's pickle. */
export type WeightsFormat = 'safetensors' | 'google' | 'pickle';

/** Writes an encoder of seeded random values as a folder that both sides load. */
export interface MakeWeightsRequest {
  readonly kind: 'make-weights';
  /** where to */
  readonly directory: string;
  readonly format: Exclude<WeightsFormat, 'pickle'>;
  readonly shape: Shape;
}

/** What was written. */
export interface MadeWeights {
  /** of all values as float32 */
  readonly megabytes: number;
}

/** Loads an encoder once, in a process that has loaded nothing before. */
export interface LoadRequest {
  readonly kind: 'load';
  readonly engine: EngineRequest;
  /** folder of a model */
  readonly directory: string;
}

/** What loading took. */
export interface LoadTiming extends Timing {
  /** most memory while it loaded, above what the process had before, megabytes */
  readonly added_mb: number;
  /** sum of the pooler's weight: both sides must have the same */
  readonly checksum: number;
}
