import * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';

/** A token that may stand at a place. */
export interface TokenCandidate {
  /** in the vocabulary */
  readonly id: number;
  /** in [0, 1] */
  readonly probability: number;
}

/**
 * The likeliest tokens of each place, in falling order.
 * @param logits [B, P, V] float32
 * @throws HeadError `invalid-options`
 */
export async function topCandidates(logits: tf.Tensor3D, count: number): Promise<TokenCandidate[][][]> {
  const [batch, places, vocabulary] = logits.shape;
  if (!(Number.isInteger(count) && count >= 1 && count <= vocabulary)) {
    throw new HeadError(
      'invalid-options',
      `count: expected an integer from 1 to the vocabulary's ${vocabulary}, found ${count}.`,
    );
  }
  const top = tf.tidy(() => tf.topk(tf.softmax(logits), count));
  try {
    const [values, ids] = await Promise.all([top.values.data(), top.indices.data()]);
    const at = (place: number): TokenCandidate[] =>
      Array.from({ length: count }, (_, i) => ({
        id: ids[place * count + i],
        probability: values[place * count + i],
      }));
    return Array.from({ length: batch }, (_, row) =>
      Array.from({ length: places }, (_, column) => at(row * places + column)),
    );
  } finally {
    tf.dispose([top.values, top.indices]);
  }
}
