import type * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import { missingParameter } from './errors.js';
import type { Lora } from './lora/lora.js';
import { isInModules } from './lora/lora-targets.js';
import type { AdaptedLinear } from './ops/adapted-linear.js';
import type { EmbeddingTables } from './ops/embedding.js';
import type { LayerNorm } from './ops/layer-norm.js';
import type { Linear } from './ops/linear.js';

/** One Transformer layer: attention, then feed-forward, each followed by residual and normalisation. */
export interface LayerWeights {
  readonly query: AdaptedLinear;
  readonly key: AdaptedLinear;
  readonly value: AdaptedLinear;
  readonly attentionOutput: AdaptedLinear;
  readonly attentionNorm: LayerNorm;
  /** [D, intermediateSize] */
  readonly intermediate: AdaptedLinear;
  /** [intermediateSize, D] */
  readonly output: AdaptedLinear;
  readonly outputNorm: LayerNorm;
}

const LAYER_PARTS = [
  'query',
  'key',
  'value',
  'attentionOutput',
  'attentionNorm',
  'intermediate',
  'output',
  'outputNorm',
] as const satisfies readonly (keyof LayerWeights)[];

/** The tensors of a layer: those a gradient may be asked for, and those that are constants. */
export interface LayerTensors {
  readonly parameters: tf.Tensor[];
  readonly constants: tf.Tensor[];
}

/** The tensors of a layer in a row: weight and bias of each part, then A and B where it has them. */
export function layerTensors(layer: LayerWeights): LayerTensors {
  const parameters: tf.Tensor[] = [];
  const constants: tf.Tensor[] = [];
  for (const part of LAYER_PARTS) {
    const { weight, bias, adaptation }: LayerPart = layer[part];
    (adaptation ? constants : parameters).push(weight);
    (adaptation && !adaptation.trainsBias ? constants : parameters).push(bias);
    if (adaptation?.change) parameters.push(adaptation.change.a, adaptation.change.b);
  }
  return { parameters, constants };
}

/** The layer with other tensors, in the order of `layerTensors`. */
export function withLayerTensors(layer: LayerWeights, { parameters, constants }: LayerTensors): LayerWeights {
  const nextParameter = parameters.values();
  const nextConstant = constants.values();
  const take = <T extends tf.Tensor>(isConstant: boolean): T =>
    (isConstant ? nextConstant : nextParameter).next().value as T;
  const parts = LAYER_PARTS.map((part) => {
    const { adaptation }: LayerPart = layer[part];
    const weight = take(adaptation !== undefined);
    const bias = take(adaptation !== undefined && !adaptation.trainsBias);
    const change = adaptation?.change && { ...adaptation.change, a: take(false), b: take(false) };
    return [part, { weight, bias, ...(adaptation && { adaptation: { ...adaptation, change } }) }];
  });
  return Object.fromEntries(parts) as LayerWeights;
}

/** A map or a layer normalisation. */
type LayerPart = Pick<AdaptedLinear, 'adaptation'> & { readonly weight: tf.Tensor; readonly bias: tf.Tensor };

/** The encoder's parameters as the tree its code walks. */
export interface BertWeights {
  readonly embeddings: EmbeddingTables & { readonly norm: LayerNorm };
  readonly layers: readonly LayerWeights[];
  /** absent in models without the tanh layer on the first token */
  readonly pooler: AdaptedLinear | undefined;
}

/**
 * Arranges named parameters as a tree; the tensors stay the caller's.
 * @param lora absent in an encoder that is not adapted
 * @throws BertError `missing-parameter`
 */
export function weightTree(
  parameters: ReadonlyMap<string, tf.Tensor>,
  config: BertConfig,
  lora?: Lora,
): BertWeights {
  const take = <T extends tf.Tensor>(name: string): T => {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw missingParameter(name);
    return parameter as T;
  };
  const pair = (name: string): Linear & LayerNorm => ({
    weight: take(`${name}.weight`),
    bias: take(`${name}.bias`),
  });
  const map = (name: string): AdaptedLinear => {
    if (!lora || isInModules(`${name}.weight`, lora.config.modulesToSave)) return pair(name);
    const adaptation = { trainsBias: lora.trains(`${name}.bias`), change: lora.changeOf(name) };
    return { ...pair(name), adaptation };
  };
  return {
    embeddings: {
      word: take('embeddings.word_embeddings.weight'),
      position: take('embeddings.position_embeddings.weight'),
      tokenType: take('embeddings.token_type_embeddings.weight'),
      norm: pair('embeddings.LayerNorm'),
    },
    layers: Array.from({ length: config.numLayers }, (_, i) => {
      const layer = `encoder.layer.${i}`;
      return {
        query: map(`${layer}.attention.self.query`),
        key: map(`${layer}.attention.self.key`),
        value: map(`${layer}.attention.self.value`),
        attentionOutput: map(`${layer}.attention.output.dense`),
        attentionNorm: pair(`${layer}.attention.output.LayerNorm`),
        intermediate: map(`${layer}.intermediate.dense`),
        output: map(`${layer}.output.dense`),
        outputNorm: pair(`${layer}.output.LayerNorm`),
      };
    }),
    pooler: parameters.has('pooler.dense.weight') ? map('pooler.dense') : undefined,
  };
}
