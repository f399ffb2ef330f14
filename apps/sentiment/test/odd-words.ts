import type { SequenceBatch } from '@bertune/heads';
import type { Dataset } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

/** A text as ids, `[CLS] first … [SEP]`, whose label is whether its first word is odd. */
export interface OddWord {
  readonly ids: readonly number[];
  readonly label: number;
}

/**
 * Texts with ids below 95, for tests that train on something.
 * @param lengthOf tokens of the i-th text, at least 3
 */
export function oddWords(
  count: number,
  lengthOf: (index: number) => number,
): Dataset<OddWord, SequenceBatch> {
  const examples = Array.from({ length: count }, (_, i) => {
    const word = 5 + ((i * 37) % 90);
    const rest = Array.from({ length: lengthOf(i) - 3 }, (_, j) => 5 + ((i + j * 7) % 90));
    return { ids: [2, word, ...rest, 3], label: word % 2 };
  });
  return { examples, length: ({ ids }) => ids.length, collate };
}

function collate(batch: readonly OddWord[]): SequenceBatch {
  const length = Math.max(...batch.map(({ ids }) => ids.length));
  const rows = (value: (ids: readonly number[], i: number) => number): tf.Tensor2D =>
    tf.tensor2d(
      batch.map(({ ids }) => Array.from({ length }, (_, i) => value(ids, i))),
      [batch.length, length],
      'int32',
    );
  return {
    inputIds: rows((ids, i) => ids[i] ?? 0),
    attentionMask: rows((ids, i) => (i < ids.length ? 1 : 0)),
    tokenTypeIds: rows(() => 0),
    labels: tf.tensor1d(
      batch.map(({ label }) => label),
      'int32',
    ),
  };
}
