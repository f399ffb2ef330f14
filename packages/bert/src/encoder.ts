/**
 * The BERT encoder (arXiv:1810.04805): embeddings -> L x (attention -> feed-forward) -> pooler, normalised after
 * each residual. B batch, T tokens, D hidden, H heads, K = D / H, L layers. Between layers the batch is one matrix
 * of rows [B * T, D], so that every affine map is a single matmul.
 */
import * as tf from '@tensorflow/tfjs';

import type { BertConfig } from './config.js';
import type { TrainingRun } from './dropout-stream.js';
import type { BertInputs } from './inputs.js';
import { activate, activatedLinear } from './ops/activation.js';
import { type AdaptedLinear, adaptedLinear } from './ops/adapted-linear.js';
import { attention, attentionProbabilities, type AttentionShape } from './ops/attention.js';
import { type Dropout, dropout } from './ops/dropout.js';
import { embed, embedVectors } from './ops/embedding.js';
import { layerNorm, layerNormOfSum } from './ops/layer-norm.js';
import { recomputed } from './ops/recomputed.js';
import { headsOf } from './surgery/pruned-heads.js';
import { type BertWeights, layerTensors, type LayerWeights, withLayerTensors } from './weights.js';

/** What `encode` computes beside the last hidden state. */
export interface EncodeOptions {
  /** the training step whose dropout masks apply; absent in evaluation */
  readonly run?: TrainingRun | undefined;
  /** also return the output of the embeddings and of every layer; default false */
  readonly hiddenStates?: boolean;
  /** also return the attention probabilities of every layer, before dropout; default false */
  readonly attentions?: boolean;
}

/** Results of the encoder; the caller disposes every tensor. A type, not an interface: `tf.tidy` and `tf.dispose` take it. */
export type BertOutput = {
  /** [B, T, D] float32 */
  readonly lastHiddenState: tf.Tensor3D;
  /** [B, D] float32: tanh layer on the first token; absent in models without pooler */
  readonly pooledOutput: tf.Tensor2D | undefined;
  /** L + 1 tensors [B, T, D] float32, the embeddings' output first; empty unless asked for */
  readonly hiddenStates: tf.Tensor3D[];
  /** L tensors [B, H, T, T] float32, rows sum to 1, without the heads that a layer lacks; empty unless asked for */
  readonly attentions: tf.Tensor4D[];
};

/**
 * Runs the encoder on one batch; inputs are taken as valid.
 * @param options.recompute whether a layer keeps its input alone for the gradient, and computes the rest anew
 */
export function runEncoder(
  weights: BertWeights,
  config: BertConfig,
  inputs: BertInputs,
  options: EncodeOptions & { readonly recompute: boolean },
): BertOutput {
  const [batch, length] = inputs.inputIds.shape;
  const shape = { batch, length };
  const hiddenStates: tf.Tensor3D[] = [];
  const attentions: tf.Tensor4D[] = [];
  const keepHidden = (rows: tf.Tensor2D): void => {
    if (options.hiddenStates) hiddenStates.push(toSequences(rows, shape));
  };

  let x = embeddings(weights, config, inputs, options.run);
  keepHidden(x);
  weights.layers.forEach((layer, i) => {
    const heads = { ...shape, heads: headsOf(config, i).length };
    if (options.attentions) attentions.push(layerAttentions(layer, x, inputs.attentionMask, heads));
    const before = x;
    const run = (layer: LayerWeights, x: tf.Tensor2D, attentionMask: tf.Tensor2D): tf.Tensor2D =>
      encoderLayer(layer, config, x, attentionMask, heads, options.run, `encoder.layer.${i}`);
    x = options.recompute
      ? recomputedLayer(layer, before, inputs.attentionMask, run)
      : run(layer, before, inputs.attentionMask);
    before.dispose();
    keepHidden(x);
  });

  const output = {
    lastHiddenState: toSequences(x, shape),
    pooledOutput: weights.pooler && pool(weights.pooler, x, shape, options.run),
    hiddenStates,
    attentions,
  };
  x.dispose();
  return output;
}

/** What an encoder gives whose last hidden state is known: that, and the pooler's output. */
export function outputOfKnown(
  weights: BertWeights,
  lastHiddenState: tf.Tensor3D,
  run: TrainingRun | undefined,
): BertOutput {
  const [batch, length, width] = lastHiddenState.shape;
  return tf.tidy(() => {
    const rows: tf.Tensor2D = tf.reshape(lastHiddenState, [batch * length, width]);
    return {
      lastHiddenState: tf.clone(lastHiddenState),
      pooledOutput: weights.pooler && pool(weights.pooler, rows, { batch, length }, run),
      hiddenStates: [],
      attentions: [],
    };
  });
}

function embeddings(
  weights: BertWeights,
  config: BertConfig,
  { inputIds, tokenTypeIds, inputsEmbeds }: BertInputs,
  run: TrainingRun | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const sum = inputsEmbeds
      ? embedVectors(weights.embeddings, inputsEmbeds, tokenTypeIds)
      : embed(weights.embeddings, inputIds, tokenTypeIds, config.padTokenId); // [B * T, D]
    const normalized = layerNorm(weights.embeddings.norm, sum, config.layerNormEpsilon);
    return dropout(normalized, dropoutAt(config.hiddenDropout, run, 'embeddings'));
  });
}

/** Attention, then feed-forward. */
function encoderLayer(
  layer: LayerWeights,
  config: BertConfig,
  x: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  shape: AttentionShape,
  run: TrainingRun | undefined,
  name: string,
): tf.Tensor2D {
  return tf.tidy(() => {
    const attended = attentionBlock(layer, config, x, attentionMask, shape, run, name);
    return feedForward(layer, config, attended, run, name);
  });
}

function attentionBlock(
  layer: LayerWeights,
  config: BertConfig,
  x: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  shape: AttentionShape,
  run: TrainingRun | undefined,
  name: string,
): tf.Tensor2D {
  const onProbabilities = dropoutAt(config.attentionDropout, run, `${name}.attention.self`);
  const query = adaptedLinear(layer.query, x, run); // [B * T, D]
  const key = adaptedLinear(layer.key, x, run);
  const value = adaptedLinear(layer.value, x, run);
  const context = attention(query, key, value, attentionMask, shape, onProbabilities); // [B * T, D]
  const output = dropout(
    adaptedLinear(layer.attentionOutput, context, run),
    dropoutAt(config.hiddenDropout, run, `${name}.attention.output`),
  );
  return layerNormOfSum(layer.attentionNorm, output, x, config.layerNormEpsilon);
}

function feedForward(
  layer: LayerWeights,
  config: BertConfig,
  x: tf.Tensor2D,
  run: TrainingRun | undefined,
  name: string,
): tf.Tensor2D {
  const intermediate = intermediateOf(layer.intermediate, config, x, run); // [B * T, intermediateSize]
  const output = dropout(
    adaptedLinear(layer.output, intermediate, run),
    dropoutAt(config.hiddenDropout, run, `${name}.output`),
  );
  return layerNormOfSum(layer.outputNorm, output, x, config.layerNormEpsilon);
}

/** The first map of the feed-forward block, with its activation. */
function intermediateOf(
  map: AdaptedLinear,
  { activation }: BertConfig,
  x: tf.Tensor2D,
  run: TrainingRun | undefined,
): tf.Tensor2D {
  if (map.adaptation) return activate(activation, adaptedLinear(map, x, run));
  return activatedLinear(activation, map, x);
}

/** tanh(W x + b) of the first token; [B * T, D] -> [B, D]. */
function pool(
  pooler: NonNullable<BertWeights['pooler']>,
  x: tf.Tensor2D,
  { batch, length }: Pick<AttentionShape, 'batch' | 'length'>,
  run: TrainingRun | undefined,
): tf.Tensor2D {
  return tf.tidy(() => {
    const width = x.shape[1];
    // Row b * T is the first token of sequence b: it starts row b of the [B, T * D] view.
    const first = tf.slice(tf.reshape(x, [batch, length * width]), [0, 0], [batch, width]) as tf.Tensor2D;
    return tf.tanh(adaptedLinear(pooler, first, run));
  });
}

function layerAttentions(
  layer: LayerWeights,
  x: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  shape: AttentionShape,
): tf.Tensor4D {
  const { batch, length, heads } = shape;
  return tf.tidy(() => {
    const stack = attentionProbabilities(
      adaptedLinear(layer.query, x, undefined),
      adaptedLinear(layer.key, x, undefined),
      attentionMask,
      shape,
    );
    return tf.reshape(stack, [batch, heads, length, length]);
  });
}

/** A layer that keeps its input alone for the gradient. */
function recomputedLayer(
  layer: LayerWeights,
  x: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  run: (layer: LayerWeights, x: tf.Tensor2D, attentionMask: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D {
  const tensors = layerTensors(layer);
  return recomputed(
    [x, ...tensors.parameters],
    [attentionMask, ...tensors.constants],
    ([x, ...parameters], [mask, ...constants]) =>
      run(withLayerTensors(layer, { parameters, constants }), x as tf.Tensor2D, mask as tf.Tensor2D),
  );
}

/** [B * T, D] -> [B, T, D] */
function toSequences(
  rows: tf.Tensor2D,
  { batch, length }: Pick<AttentionShape, 'batch' | 'length'>,
): tf.Tensor3D {
  return tf.reshape(rows, [batch, length, rows.shape[1]]);
}

function dropoutAt(rate: number, run: TrainingRun | undefined, name: string): Dropout | undefined {
  return run && { rate, run, site: name };
}
