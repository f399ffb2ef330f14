import type * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import { missingParameter } from './errors.js';
import type { EmbeddingTables } from './ops/embedding.js';
import type { LayerNorm } from './ops/layer-norm.js';
import type { Linear } from './ops/linear.js';

/** One Transformer layer: attention, then feed-forward, each followed by residual and normalisation. */
export interface LayerWeights {
  readonly query: Linear;
  readonly key: Linear;
  readonly value: Linear;
  readonly attentionOutput: Linear;
  readonly attentionNorm: LayerNorm;
  /** [D, intermediateSize] */
  readonly intermediate: Linear;
  /** [intermediateSize, D] */
  readonly output: Linear;
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

/** The 16 parameters of a layer in a row: weight and bias of each part. */
export function layerParameters(layer: LayerWeights): tf.Tensor[] {
  return LAYER_PARTS.flatMap((part): tf.Tensor[] => [layer[part].weight, layer[part].bias]);
}

/** The layer whose parameters `layerParameters` put in a row. */
export function layerOfParameters(parameters: readonly tf.Tensor[]): LayerWeights {
  const parts = LAYER_PARTS.map((part, i) => [
    part,
    { weight: parameters[2 * i], bias: parameters[2 * i + 1] },
  ]);
  return Object.fromEntries(parts) as LayerWeights;
}

/** The encoder's parameters as the tree its code walks. */
export interface BertWeights {
  readonly embeddings: EmbeddingTables & { readonly norm: LayerNorm };
  readonly layers: readonly LayerWeights[];
  /** absent in models without the tanh layer on the first token */
  readonly pooler: Linear | undefined;
}

/**
 * Arranges named parameters as a tree; the tensors stay the caller's.
 * @throws BertError `missing-parameter`
 */
export function weightTree(parameters: ReadonlyMap<string, tf.Tensor>, config: BertConfig): BertWeights {
  const take = <T extends tf.Tensor>(name: string): T => {
    const parameter = parameters.get(name);
    if (parameter === undefined) throw missingParameter(name);
    return parameter as T;
  };
  const pair = (name: string): Linear & LayerNorm => ({
    weight: take(`${name}.weight`),
    bias: take(`${name}.bias`),
  });
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
        query: pair(`${layer}.attention.self.query`),
        key: pair(`${layer}.attention.self.key`),
        value: pair(`${layer}.attention.self.value`),
        attentionOutput: pair(`${layer}.attention.output.dense`),
        attentionNorm: pair(`${layer}.attention.output.LayerNorm`),
        intermediate: pair(`${layer}.intermediate.dense`),
        output: pair(`${layer}.output.dense`),
        outputNorm: pair(`${layer}.output.LayerNorm`),
      };
    }),
    pooler: parameters.has('pooler.dense.weight') ? pair('pooler.dense') : undefined,
  };
}
