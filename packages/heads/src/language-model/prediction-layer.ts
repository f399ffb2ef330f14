import {
  activatedLinear,
  type BertConfig,
  type LayerNorm,
  layerNorm,
  type Linear,
  linearParameters,
  type ParameterSpec,
  type PretrainedConfig,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';
import { IGNORED_LABEL, softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { tiedLinear } from '../ops/tied-linear.js';

const DENSE = 'cls.predictions.transform.dense';
const NORM = 'cls.predictions.transform.LayerNorm';
const BIAS = 'cls.predictions.bias';

/** Parameters of the masked language model's head; the decoder's weight is the table of word embeddings. */
export function predictionParameters({ hiddenSize: d, vocabSize }: BertConfig): Map<string, ParameterSpec> {
  return new Map<string, ParameterSpec>([
    ...linearParameters(DENSE, d, d),
    [`${NORM}.weight`, { shape: [d], transpose: false, start: 'ones' }],
    [`${NORM}.bias`, { shape: [d], transpose: false, start: 'zeros' }],
    [BIAS, { shape: [vocabSize], transpose: false, start: 'zeros' }],
  ]);
}

/**
 * Scores of every token of the vocabulary, `layerNorm(activation(dense(x))) Eᵀ + b`.
 * @param parameters the model's, by name
 * @param rows [N, D] float32
 * @returns [N, V] float32; caller disposes
 */
export function vocabularyLogits(
  parameters: ReadonlyMap<string, tf.Variable>,
  { activation, layerNormEpsilon }: BertConfig,
  rows: tf.Tensor2D,
): tf.Tensor2D {
  const take = <T extends tf.Tensor>(name: string): T => parameters.get(name) as tf.Tensor as T;
  const dense: Linear = { weight: take(`${DENSE}.weight`), bias: take(`${DENSE}.bias`) };
  const norm: LayerNorm = { weight: take(`${NORM}.weight`), bias: take(`${NORM}.bias`) };
  return tf.tidy(() => {
    const transformed = layerNorm(norm, activatedLinear(activation, dense, rows), layerNormEpsilon);
    return tiedLinear(take('embeddings.word_embeddings.weight'), take(BIAS), transformed);
  });
}

/**
 * Mean cross-entropy of the tokens to predict.
 * @param logits [N, V] float32
 * @param labels N of any shape, int32: ids, or -100 for what does not count
 * @returns scalar float32; caller disposes
 */
export function maskedTokenLoss(logits: tf.Tensor2D, labels: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const targets: tf.Tensor1D = tf.reshape(labels, [logits.shape[0]]);
    return softmaxCrossEntropy(logits, targets, { ignoredLabel: IGNORED_LABEL });
  });
}

/**
 * The token with the highest score.
 * @param logits [B * P, V] float32
 * @returns ids as float32, [B, P]; caller disposes
 */
export function likeliestTokens(logits: tf.Tensor2D, batch: number): tf.Tensor2D {
  return tf.tidy(() => {
    const ids = tf.cast(tf.argMax(logits, 1), 'float32');
    return tf.reshape(ids, [batch, logits.shape[0] / batch]);
  });
}

/** @throws HeadError `wrong-task` for a model whose decoder has a weight of its own */
export function requireTiedDecoder({ extra, source }: PretrainedConfig): void {
  if (extra.tie_word_embeddings !== false) return;
  throw new HeadError(
    'wrong-task',
    `${source}: tie_word_embeddings: expected true, found false. ` +
      'A decoder with a weight of its own is not supported: the head would compute with the word embeddings instead.',
  );
}
