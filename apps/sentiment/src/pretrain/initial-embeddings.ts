import { coOccurrenceEmbeddings, type TokenizedDocument } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import type { PretrainModel } from './pretrain-model.js';

const WORD_EMBEDDINGS = 'embeddings.word_embeddings.weight';

/**
 * Gives the tokens that occur in the text vectors from which tokens they stand beside; the others, such as the special
 * ones, keep their random vectors.
 * @returns how many tokens those are
 */
export function setCoOccurrenceEmbeddings(
  { bert }: PretrainModel,
  documents: readonly TokenizedDocument[],
  seed: number,
): number {
  const variable = bert.parameters.get(WORD_EMBEDDINGS) as tf.Variable;
  const { vocabSize: vocabularySize, hiddenSize: size, initializerRange: scale } = bert.config;
  const vectors = coOccurrenceEmbeddings(documents, { vocabularySize, size, scale, seed });
  const values = variable.dataSync<'float32'>().slice();
  let tokens = 0;
  for (let from = 0; from < values.length; from += size) {
    const vector = vectors.subarray(from, from + size);
    if (vector.every((entry) => entry === 0)) continue;
    values.set(vector, from);
    tokens += 1;
  }
  tf.tidy(() => {
    variable.assign(tf.tensor(values, variable.shape));
  });
  return tokens;
}
