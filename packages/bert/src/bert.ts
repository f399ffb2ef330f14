import type * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import type { ParseConfigOptions } from './config-json.js';
import { type BertOutput, type EncodeOptions, outputOfKnown, runEncoder } from './encoder.js';
import { BertError } from './errors.js';
import { type BertInputs, checkInputs, findWrongId, InputError } from './inputs.js';
import { Lora } from './lora/lora.js';
import type { LoraConfig } from './lora/lora-config.js';
import {
  loadVariables,
  type LoadVariablesOptions,
  saveVariables,
  type SaveVariablesOptions,
} from './model-files.js';
import { createParameters, encoderParameters } from './parameters.js';
import { readPretrainedConfig } from './pretrained.js';
import { type BertWeights, weightTree } from './weights.js';
import { resolvePretrained } from './sources/resolve-pretrained.js';
import type { ResolveOptions } from './sources/sources.js';

/** How an encoder computes; not part of what is saved. */
export interface BertOptions {
  /**
   * gradient checkpointing: for the gradient each layer keeps its input alone and computes its activations anew. About
   * 30 % more time for a batch several times larger; the same numbers to the last bit; default false
   */
  readonly recompute?: boolean | undefined;
}

/** What the constructor needs to know of the parameters beside their names. */
export interface BertParts extends BertOptions {
  /** low-rank adaptation whose A and B are among the parameters, see `addLora` */
  readonly lora?: LoraConfig | undefined;
}

/** How an encoder without a checkpoint is made. */
export interface FromConfigOptions extends BertOptions {
  /** seed of the initial weights, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
  /** whether the model has the tanh layer on the first token; default true */
  readonly pooler?: boolean | undefined;
}

/** How an encoder is loaded. */
export interface FromPretrainedOptions
  extends LoadVariablesOptions, ParseConfigOptions, BertOptions, ResolveOptions {
  /** whether the model has the tanh layer on the first token; default true */
  readonly pooler?: boolean;
}

/** In what form a model is saved. */
export type SavePretrainedOptions = Pick<
  SaveVariablesOptions,
  'format' | 'dtype' | 'maxShardBytes' | 'foldLora'
>;

/**
 * A BERT encoder with its parameters. It owns them: `dispose` frees them all.
 * @example
 * const bert = Bert.fromConfig(createBertConfig({ ...bertSizes.tiny, vocabSize: 8000 }), { seed: 42 });
 * const { lastHiddenState, pooledOutput } = bert.encode(inputs);
 */
export class Bert {
  /** whether the gradient computes the activations of each layer anew */
  readonly recompute: boolean;
  /** low-rank adaptation; absent in an encoder without */
  readonly lora: Lora | undefined;
  private readonly weights: BertWeights;

  /**
   * @param config what the weights do not say
   * @param parameters trainable variables by Hugging Face name without the `bert.` prefix; weights of affine maps
   *   are [input, output]. The encoder takes them over.
   */
  constructor(
    readonly config: BertConfig,
    readonly parameters: ReadonlyMap<string, tf.Variable>,
    /** what else the `config.json` said, kept for saving */
    readonly extra: Readonly<Record<string, unknown>> = {},
    { recompute = false, lora }: BertParts = {},
  ) {
    this.recompute = recompute;
    this.lora = lora && new Lora(lora, parameters);
    this.weights = weightTree(parameters, config, this.lora);
  }

  /** A new encoder with weights drawn as BERT's were; the same seed gives the same weights on every backend. */
  static fromConfig(
    config: BertConfig,
    { seed = 0, pooler = true, recompute }: FromConfigOptions = {},
  ): Bert {
    const parameters = createParameters(encoderParameters(config, pooler), config, seed);
    return new Bert(config, parameters, {}, { recompute });
  }

  /**
   * Loads an encoder: from a folder of Hugging Face (safetensors or PyTorch's pickles, whole or sharded), of Google's
   * release, of TensorFlow's Model Garden, a SavedModel of TensorFlow Hub or Kaggle, `tf_model.h5`, a preset of KerasHub; from
   * an archive with one of these; or from the hub. Strict: names that are missing, unexpected or of another shape are
   * reported together, unless the options list them.
   * @param source path of the folder or of the weights in it, id on the hub or address: see `resolvePretrained`
   * @throws SourceError, ConfigError, CheckpointError
   */
  static async fromPretrained(source: string, options: FromPretrainedOptions = {}): Promise<Bert> {
    const { pooler = true, flavour, recompute, ...load } = options;
    const directory = await resolvePretrained(source, options);
    const { config, extra } = await readPretrainedConfig(directory, { flavour });
    const { parameters } = await loadVariables(directory, encoderParameters(config, pooler), config, load);
    return new Bert(config, parameters, extra, { recompute });
  }

  /**
   * Saves the encoder as a folder that `transformers` opens as `BertModel`. One with LoRA is saved as what it computes, its
   * changes in the weights; for the changes alone see `saveLora`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const specs = encoderParameters(this.config, this.hasPooler);
    const { config, extra, lora } = this;
    await saveVariables(directory, this.parameters, specs, { ...options, config, extra, lora });
  }

  /** Whether the model has the tanh layer on the first token, and so a `pooledOutput`. */
  get hasPooler(): boolean {
    return this.weights.pooler !== undefined;
  }

  /**
   * Encodes one batch.
   * @returns tensors the caller disposes
   * @throws InputError `wrong-dtype`, `wrong-shape`, `too-long`, `already-encoded`, and `id-out-of-range` on backends whose lookup
   *   refuses such ids (WebGL looks up zeros instead); BertError `merged` for a training run of a merged encoder
   */
  encode(inputs: BertInputs, options: EncodeOptions = {}): BertOutput {
    checkInputs(inputs, this.config);
    if (options.run && this.lora?.isMerged) {
      throw new BertError(
        'merged',
        'encode: LoRA is merged, so it cannot be trained. Call unmergeLora first.',
      );
    }
    const { lastHiddenState } = inputs;
    if (lastHiddenState) {
      if (!options.hiddenStates && !options.attentions && !inputs.inputsEmbeds)
        return outputOfKnown(this.weights, lastHiddenState, options.run);
      const use = inputs.inputsEmbeds ? 'that could read inputsEmbeds' : 'whose states could be returned';
      const message = `encode: the inputs hold lastHiddenState, so no layer runs ${use}.`;
      throw new InputError('already-encoded', message);
    }
    try {
      return runEncoder(this.weights, this.config, inputs, { ...options, recompute: this.recompute });
    } catch (error) {
      throw wrongId(inputs, this.config) ?? error;
    }
  }

  /** Frees every parameter; the encoder cannot be used afterwards. */
  dispose(): void {
    this.lora?.dispose();
    for (const parameter of this.parameters.values()) if (!parameter.isDisposed) parameter.dispose();
  }
}

/** What `findWrongId` says, or nothing where the ids cannot be read, as while a function is being traced. */
function wrongId(inputs: BertInputs, config: BertConfig): Error | undefined {
  try {
    return findWrongId(inputs, config);
  } catch {
    return undefined;
  }
}
