import type * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import { type BertOutput, type EncodeOptions, runEncoder } from './encoder.js';
import { type BertInputs, checkInputs } from './inputs.js';
import { createParameters, encoderParameters } from './parameters.js';
import { type BertWeights, weightTree } from './weights.js';

/** How an encoder without a checkpoint is made. */
export interface FromConfigOptions {
  /** seed of the initial weights, an integer in [0, 2^32); default 0 */
  readonly seed?: number;
  /** whether the model has the tanh layer on the first token; default true */
  readonly pooler?: boolean;
}

/**
 * A BERT encoder with its parameters. It owns them: `dispose` frees them all.
 * @example
 * const bert = Bert.fromConfig(createBertConfig({ ...bertSizes.tiny, vocabSize: 8000 }), { seed: 42 });
 * const { lastHiddenState, pooledOutput } = bert.encode(inputs);
 */
export class Bert {
  private readonly weights: BertWeights;

  /**
   * @param config what the weights do not say
   * @param parameters trainable variables by Hugging Face name without the `bert.` prefix; weights of affine maps
   *   are [input, output]. The encoder takes them over.
   */
  constructor(
    readonly config: BertConfig,
    readonly parameters: ReadonlyMap<string, tf.Variable>,
  ) {
    this.weights = weightTree(parameters, config);
  }

  /** A new encoder with weights drawn as BERT's were; the same seed gives the same weights on every backend. */
  static fromConfig(config: BertConfig, { seed = 0, pooler = true }: FromConfigOptions = {}): Bert {
    const { initializerRange: deviation, padTokenId } = config;
    return new Bert(
      config,
      createParameters(encoderParameters(config, pooler), { seed, deviation, padTokenId }),
    );
  }

  /** Whether the model has the tanh layer on the first token, and so a `pooledOutput`. */
  get hasPooler(): boolean {
    return this.weights.pooler !== undefined;
  }

  /**
   * Encodes one batch.
   * @returns tensors the caller disposes
   * @throws InputError `wrong-dtype`, `wrong-shape`, `too-long`
   */
  encode(inputs: BertInputs, options: EncodeOptions = {}): BertOutput {
    checkInputs(inputs, this.config);
    return runEncoder(this.weights, this.config, inputs, options);
  }

  /** Frees every parameter; the encoder cannot be used afterwards. */
  dispose(): void {
    for (const parameter of this.parameters.values()) parameter.dispose();
  }
}
