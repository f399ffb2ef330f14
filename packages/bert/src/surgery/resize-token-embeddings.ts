import * as tf from '@tensorflow/tfjs';

import type { Bert } from '../bert.js';
import { createBertConfig } from '../config.js';
import { truncatedNormal } from '../random-init.js';
import { checkSize, withParameters } from './with-parameters.js';

const WORDS = 'embeddings.word_embeddings.weight';

/** How a vocabulary grows. */
export interface ResizeTokenEmbeddingsOptions {
  /**
   * What new tokens start as: `normal`, drawn as a new model's are, from the config's `initializerRange`; `mean`, the mean
   * of the old ones, which changes the old tokens' probabilities least. Default `normal`; `transformers` takes the mean
   * (to which it adds noise of 3e-5 of the deviation).
   */
  readonly newTokens?: 'normal' | 'mean' | undefined;
  /** seed of `normal`, an integer in [0, 2^32); default 0 */
  readonly seed?: number | undefined;
}

/**
 * Gives an encoder another number of tokens: new rows of the word embedding after the old ones, which stay to the last bit,
 * or the last rows cut off. The tokenizer has to have as many tokens. For a model that predicts tokens see
 * `MaskedLanguageModel.resizeTokenEmbeddings` in `@bertune/heads`, which has a bias for each.
 * @param bert taken over: its variables belong to the encoder that is returned
 * @param size V
 * @throws BertError `invalid-size`, `already-adapted` for an encoder with LoRA; ConfigError `invalid-config` when the
 *   padding token would be cut off
 */
export function resizeTokenEmbeddings(
  bert: Bert,
  size: number,
  { newTokens = 'normal', seed = 0 }: ResizeTokenEmbeddingsOptions = {},
): Bert {
  checkSize('resizeTokenEmbeddings', size, 1, 'a number of tokens');
  const { vocabSize, hiddenSize, initializerRange } = bert.config;
  const config = createBertConfig({ ...bert.config, vocabSize: size });
  const added = size - vocabSize;
  const resized = (old: tf.Tensor): tf.Tensor => {
    if (added <= 0) return tf.slice(old, [0, 0], [size, hiddenSize]);
    // A name of its own: with the seed of the old rows these are not to begin as those did.
    const name = `${WORDS}[${vocabSize}:]`;
    const rows =
      newTokens === 'mean'
        ? tf.tile(tf.mean(old, 0, true), [added, 1])
        : tf.tensor2d(truncatedNormal(added * hiddenSize, initializerRange, seed, name), [added, hiddenSize]);
    return tf.concat([old, rows], 0);
  };
  return withParameters('resizeTokenEmbeddings', bert, config, new Map([[WORDS, resized]]));
}
