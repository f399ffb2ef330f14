import type { SequenceBatch } from '@bertune/heads';
import * as tf from '@tensorflow/tfjs';

import { generator } from '../random.js';
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
