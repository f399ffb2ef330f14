import type { SequenceBatch } from '@bertune/heads';
import * as tf from '@tensorflow/tfjs';

import type { Shape } from '../shape.js';

const FIRST_ORDINARY_ID = 5;

/** A full batch of random ids and labels, the same every time. The caller disposes it. */
export function randomBatch({ batch, length, vocab }: Shape): SequenceBatch {
  const random = generator(batch * length + vocab);
  const ids = Int32Array.from(
    { length: batch * length },
    () => FIRST_ORDINARY_ID + Math.floor(random() * (vocab - FIRST_ORDINARY_ID)),
  );
  const labels = Int32Array.from({ length: batch }, () => Math.floor(random() * 2));
  return {
    inputIds: tf.tensor2d(ids, [batch, length], 'int32'),
    attentionMask: tf.ones([batch, length], 'int32'),
    tokenTypeIds: tf.zeros([batch, length], 'int32'),
    labels: tf.tensor1d(labels, 'int32'),
  };
}

/** Mulberry32: uniform in [0, 1). */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}
