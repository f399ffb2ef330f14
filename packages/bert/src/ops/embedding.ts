import * as tf from '@tensorflow/tfjs';

import { hasHeap, passOverHeap } from '../heap.js';
import { sumRows } from './linear.js';
import { withGradient } from './with-gradient.js';

/** The three tables whose rows BERT adds up for each token. */
export interface EmbeddingTables {
  /** word pieces [V, D] */
  readonly word: tf.Tensor2D;
  /** positions [maxPosition, D] */
  readonly position: tf.Tensor2D;
  /** token types [typeVocabSize, D] */
  readonly tokenType: tf.Tensor2D;
}

/**
 * Sum of word, position and token type embeddings; positions count from 0 in every row.
 * @param inputIds [B, T] int32, each in [0, V)
 * @param tokenTypeIds [B, T] int32
 * @param padTokenId id whose word piece gets no gradient, as Hugging Face's `padding_idx`
 * @returns [B * T, D] float32; caller disposes
 */
export function embed(
  tables: EmbeddingTables,
  inputIds: tf.Tensor2D,
  tokenTypeIds: tf.Tensor2D,
  padTokenId: number,
): tf.Tensor2D {
  const [batch] = inputIds.shape;
  const { word, position, tokenType } = tables;
  return withGradient([word, position, tokenType], (word, position, tokenType) => ({
    value: (hasHeap() ? heapSum : composedSum)({ word, position, tokenType }, inputIds, tokenTypeIds),
    saved: [inputIds, tokenTypeIds],
    gradient: (dy, [inputIds, tokenTypeIds]) => {
      return [
        scatterRows(inputIds, dy, word.shape[0], padTokenId),
        positionGradient(dy, batch, position.shape),
        scatterRows(tokenTypeIds, dy, tokenType.shape[0]),
      ];
    },
  }));
}

/**
 * As `embed`, of word pieces whose vectors are known.
 * @param vectors [B, T, D] float32; differentiable
 * @returns [B * T, D] float32; caller disposes
 */
export function embedVectors(
  { position, tokenType }: Pick<EmbeddingTables, 'position' | 'tokenType'>,
  vectors: tf.Tensor3D,
  tokenTypeIds: tf.Tensor2D,
): tf.Tensor2D {
  const [batch, length, width] = vectors.shape;
  return withGradient([vectors, position, tokenType], (vectors, position, tokenType) => ({
    value: tf.tidy(() => {
      const word: tf.Tensor2D = tf.reshape(vectors, [batch * length, width]);
      const rows: tf.Tensor2D = tf.reshape(tf.range(0, batch * length, 1, 'int32'), [batch, length]);
      return (hasHeap() ? heapSum : composedSum)({ word, position, tokenType }, rows, tokenTypeIds);
    }),
    saved: [tokenTypeIds],
    gradient: (dy, [tokenTypeIds]) => [
      tf.reshape(dy, vectors.shape),
      positionGradient(dy, batch, position.shape),
      scatterRows(tokenTypeIds, dy, tokenType.shape[0]),
    ],
  }));
}

/** [B * T, D] -> [maxPosition, D]: the sum over the batch; positions that no row has get 0. */
function positionGradient(dy: tf.Tensor2D, batch: number, [positions, width]: [number, number]): tf.Tensor {
  const length = dy.shape[0] / batch;
  const ofPosition = tf.reshape(sumRows(tf.reshape(dy, [batch, length * width])), [length, width]);
  return tf.pad(ofPosition, [
    [0, positions - length],
    [0, 0],
  ]);
}

function composedSum(
  { word, position, tokenType }: EmbeddingTables,
  inputIds: tf.Tensor2D,
  tokenTypeIds: tf.Tensor2D,
): tf.Tensor2D {
  const [batch, length] = inputIds.shape;
  const width = word.shape[1];
  return tf.tidy(() => {
    const ofPosition = tf.slice(position, [0, 0], [length, width]); // [T, D]
    const ofToken = tf.add(tf.gather(word, inputIds), tf.gather(tokenType, tokenTypeIds)); // [B, T, D]
    return tf.reshape(tf.add(ofToken, ofPosition), [batch * length, width]);
  });
}

function heapSum(
  { word, position, tokenType }: EmbeddingTables,
  inputIds: tf.Tensor2D,
  tokenTypeIds: tf.Tensor2D,
): tf.Tensor2D {
  const [batch, length] = inputIds.shape;
  const width = word.shape[1];
  // Before anything is allocated: who catches this, finds which.
  passOverHeap([inputIds, tokenTypeIds], [], ([ids, types]) => {
    const fits = (rows: number) => (id: number) => id >= 0 && id < rows;
    if (!ids.every(fits(word.shape[0])) || !types.every(fits(tokenType.shape[0]))) {
      throw new RangeError('an id that its table has no row for');
    }
  });
  return passOverHeap(
    [inputIds, tokenTypeIds, word, position, tokenType],
    [{ shape: [batch * length, width] }],
    ([ids, types, words, positions, tokenTypes], [to]) => {
      for (let row = 0, at = 0; row < ids.length; row++) {
        const [fromWord, fromPosition, fromType] = [ids[row], row % length, types[row]].map((i) => i * width);
        for (let i = 0; i < width; i++, at++) {
          to[at] = words[fromWord + i] + tokenTypes[fromType + i] + positions[fromPosition + i];
        }
      }
    },
  )[0] as tf.Tensor2D;
}

/**
 * Adds up the rows that share an id: the gradient of a table lookup. `tf.scatterND` sums duplicates on every
 * backend, while the segment sum behind `tf.gather`'s own gradient is missing from WebAssembly.
 * @param skipped id whose rows do not count
 * @returns [count, D] float32; caller disposes
 */
function scatterRows(ids: tf.Tensor, rows: tf.Tensor2D, count: number, skipped?: number): tf.Tensor2D {
  const [size, width] = rows.shape;
  if (!hasHeap()) {
    return tf.tidy(() => {
      const indices = tf.reshape(ids, [size, 1]);
      if (skipped === undefined) return tf.scatterND(indices, rows, [count, width]);
      const counts = tf.cast(tf.notEqual(indices, tf.scalar(skipped, 'int32')), 'float32'); // [N, 1]
      return tf.scatterND(indices, tf.mul(rows, counts), [count, width]);
    });
  }
  return passOverHeap([ids, rows], [{ shape: [count, width] }], ([idValues, from], [to]) => {
    to.fill(0);
    for (let row = 0; row < size; row++) {
      if (idValues[row] === skipped) continue;
      const source = row * width;
      const target = idValues[row] * width;
      for (let i = 0; i < width; i++) to[target + i] += from[source + i];
    }
  })[0] as tf.Tensor2D;
}
