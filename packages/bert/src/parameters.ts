import * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import { truncatedNormal } from './random-init.js';
import { headsOf } from './surgery/pruned-heads.js';

/** What one trainable parameter is before it has a value. */
export interface ParameterSpec {
  /** shape in memory; the weight of an affine map is [input, output] */
  readonly shape: readonly number[];
  /** whether files in Hugging Face's layout hold it transposed, [output, input] */
  readonly transpose: boolean;
  /** how it starts without a checkpoint: truncated normal of the config's `initializerRange`, zeros or ones */
  readonly start: 'normal' | 'zeros' | 'ones';
}

/**
 * Every parameter of the encoder under Hugging Face's name without the `bert.` prefix, in data-flow order.
 * @param pooler whether the tanh layer on the first token is part of the model
 */
export function encoderParameters(config: BertConfig, pooler: boolean): Map<string, ParameterSpec> {
  const { hiddenSize: d, intermediateSize } = config;
  const specs = new Map<string, ParameterSpec>();
  const table = (name: string, rows: number): void => {
    specs.set(`${name}.weight`, { shape: [rows, d], transpose: false, start: 'normal' });
  };
  const norm = (name: string): void => {
    specs.set(`${name}.weight`, { shape: [d], transpose: false, start: 'ones' });
    specs.set(`${name}.bias`, { shape: [d], transpose: false, start: 'zeros' });
  };
  const affine = (name: string, input: number, output: number): void => {
    for (const [key, spec] of linearParameters(name, input, output)) specs.set(key, spec);
  };
  table('embeddings.word_embeddings', config.vocabSize);
  table('embeddings.position_embeddings', config.maxPosition);
  table('embeddings.token_type_embeddings', config.typeVocabSize);
  norm('embeddings.LayerNorm');
  for (let i = 0; i < config.numLayers; i++) {
    const layer = `encoder.layer.${i}`;
    const width = (headsOf(config, i).length * d) / config.numHeads;
    for (const part of ['query', 'key', 'value']) affine(`${layer}.attention.self.${part}`, d, width);
    affine(`${layer}.attention.output.dense`, width, d);
    norm(`${layer}.attention.output.LayerNorm`);
    affine(`${layer}.intermediate.dense`, d, intermediateSize);
    affine(`${layer}.output.dense`, intermediateSize, d);
    norm(`${layer}.output.LayerNorm`);
  }
  if (pooler) affine('pooler.dense', d, d);
  return specs;
}

/** Weight and bias of one affine map, e.g. `classifier.weight` [I, O] and `classifier.bias` [O]. */
export function linearParameters(name: string, input: number, output: number): Map<string, ParameterSpec> {
  return new Map<string, ParameterSpec>([
    [`${name}.weight`, { shape: [input, output], transpose: true, start: 'normal' }],
    [`${name}.bias`, { shape: [output], transpose: false, start: 'zeros' }],
  ]);
}

/**
 * The value a parameter starts from without a checkpoint; the same (seed, name) gives the same value everywhere. The
 * row of the padding token starts at zero, as in Hugging Face.
 */
function initialValue(name: string, spec: ParameterSpec, config: BertConfig, seed: number): Float32Array {
  const size = spec.shape.reduce((product, n) => product * n, 1);
  if (spec.start !== 'normal') return new Float32Array(size).fill(spec.start === 'ones' ? 1 : 0);
  const values = truncatedNormal(size, config.initializerRange, seed, name);
  if (name === 'embeddings.word_embeddings.weight') {
    const [, width] = spec.shape;
    values.fill(0, config.padTokenId * width, (config.padTokenId + 1) * width);
  }
  return values;
}

/** Trainable variables with the values they start from without a checkpoint; the caller owns them. */
export function createParameters(
  specs: ReadonlyMap<string, ParameterSpec>,
  config: BertConfig,
  seed: number,
): Map<string, tf.Variable> {
  return new Map([...specs].map(([name, spec]) => [name, initialParameter(name, spec, config, seed)]));
}

/** One trainable variable with its initial value; the caller owns it. */
export function initialParameter(
  name: string,
  spec: ParameterSpec,
  config: BertConfig,
  seed: number,
): tf.Variable {
  const values = initialValue(name, spec, config, seed);
  return createVariable(values, spec.shape);
}

/** A trainable variable that owns its values; `tf.variable` alone would leave a second tensor to dispose. */
export function createVariable(values: Float32Array, shape: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, [...shape], 'float32')));
}
