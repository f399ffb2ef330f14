import type { Shape } from '../shape.js';
import type { LoadRequest, MakeWeightsRequest } from './load-requests.js';
import type { TokenizerWork } from './tokenizer-requests.js';

/** Which of ours computes. */
export type BackendName = 'tensorflow' | 'wasm' | 'cpu';

/** What computes a piece of work, and how. */
export interface EngineRequest {
  /** TensorFlow.js backend */
  readonly backend: BackendName;
  /** bfloat16 matrix products; `tensorflow` only */
  readonly mixedPrecision?: boolean;
  /** XLA; `tensorflow` only */
  readonly jitCompile?: boolean;
  /** refuse to compute without a GPU; `tensorflow` only */
  readonly gpu?: boolean;
}

/** Training steps at a fixed shape. */
export interface TrainStepRequest {
  readonly kind: 'train-step' | 'tfjs-train-step';
  readonly engine: EngineRequest;
  readonly shape: Shape;
  /** steps that are not timed, the first included */
  readonly warmup: number;
  /** steps that are */
  readonly steps: number;
  /** activations of the layers are computed again for the gradient; ours only */
  readonly recompute?: boolean;
}

/** Steps of a pre-training at a fixed shape. */
export interface PretrainStepRequest {
  readonly kind: 'pretrain-step';
  readonly engine: EngineRequest;
  readonly shape: Shape;
  readonly warmup: number;
  readonly steps: number;
}

/** Forward passes at a fixed shape. */
export interface InferenceRequest {
  readonly kind: 'inference';
  readonly engine: EngineRequest;
  readonly shape: Shape;
  readonly warmup: number;
  readonly steps: number;
}

/** Writes a model with random weights and a vocabulary learnt from texts, in Hugging Face's layout. */
export interface MakeModelRequest {
  readonly kind: 'make-model';
  /** where to */
  readonly directory: string;
  /** CSV file whose column `text` the vocabulary is learnt from */
  readonly texts: string;
  readonly layers: number;
  readonly hidden: number;
  /** longest input */
  readonly length: number;
}

/** Files and numbers that both sides of a fine-tune share. */
export interface FineTuneSettings {
  /** training examples, CSV with `text` and `label` */
  readonly train: string;
  /** validation examples */
  readonly valid: string;
  /** Hugging Face directory to start from */
  readonly model: string;
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** longest input in tokens */
  readonly length: number;
}

/** A fine-tune without the app, for engines that the app does not offer; inputs are all padded to one length. */
export interface FineTuneRequest extends FineTuneSettings {
  readonly kind: 'fine-tune';
  readonly engine: EngineRequest;
  readonly seed: number;
}

/** What a fine-tune says at its end. */
export interface FineTuneFigures {
  /** on the validation examples */
  readonly accuracy: number;
  readonly engine: string;
  readonly versions: Readonly<Record<string, string>>;
}

/** One piece of work for a process of its own. */
export type WorkRequest =
  | TrainStepRequest
  | PretrainStepRequest
  | InferenceRequest
  | MakeModelRequest
  | FineTuneRequest
  | MakeWeightsRequest
  | LoadRequest
  | TokenizerWork;

/** What timed work says at its end, on ours as on the peers' side. */
export interface Timing {
  /** each timed run, milliseconds */
  readonly times_ms: readonly number[];
  /** the very first run, tracing included, milliseconds */
  readonly first_ms: number;
  /** most resident memory, megabytes */
  readonly peak_rss_mb: number;
  /** most memory of the GPU that its own allocator knows of, megabytes; absent without GPU */
  readonly peak_gpu_mb?: number;
  /** what computed, in words */
  readonly engine: string;
  /** versions of what computed */
  readonly versions: Readonly<Record<string, string>>;
}

/** Of training steps. */
export interface TrainStepTiming extends Timing {
  readonly first_loss: number;
  readonly last_loss: number;
}

/** Of forward passes. */
export interface InferenceTiming extends Timing {
  /** mean over the batch of the first class's probability, or NaN when a row does not sum to 1 */
  readonly mean_probability: number;
}
