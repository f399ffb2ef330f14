import * as tf from '@tensorflow/tfjs';

import { hasHeap, passOverHeap } from '../heap.js';
import { batchedMatMul } from './batched-matmul.js';
import { applyMask, type Dropout, keepMask } from './dropout.js';
import { withGradient } from './with-gradient.js';

/** How flat rows [B * T, D] divide into sequences and heads; K = D / H. */
export interface AttentionShape {
  /** B */
  readonly batch: number;
  /** T */
  readonly length: number;
  /** H, as many as the rows have: D is their width, less than the model's where heads are pruned */
  readonly heads: number;
}

// Bound once: looking `Math` up each time is slow where globals are intercepted, as under jest.
const { exp, fround } = Math;

/**
 * Added to the scores of masked keys: the most negative float32, as Hugging Face does. It absorbs the score, so a
 * row whose keys are all masked attends evenly.
 */
const MASKED = -3.4028234663852886e38;

/**
 * Multi-head scaled dot-product attention, `dropout(softmax(Q Kᵀ / √K + mask)) V` (arXiv:1706.03762). Kept for the
 * gradient: query, key, value, the probabilities once, and the dropout mask at a byte an element.
 * @param query [B * T, D] float32
 * @param key [B * T, D] float32
 * @param value [B * T, D] float32
 * @param attentionMask [B, T] int32; keys where it is 0 are not attended to
 * @param dropout on the probabilities; absent in evaluation
 * @returns context [B * T, D] float32; caller disposes
 */
export function attention(
  query: tf.Tensor2D,
  key: tf.Tensor2D,
  value: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  shape: AttentionShape,
  dropout: Dropout | undefined,
): tf.Tensor2D {
  return withGradient([query, key, value], (query, key, value) => {
    const probabilities = attentionProbabilities(query, key, attentionMask, shape);
    const mask = dropout && dropout.rate > 0 ? keepMask(probabilities.shape, dropout) : undefined;
    const rate = dropout?.rate ?? 0;
    return {
      value: tf.tidy(() => {
        const dropped = mask ? applyMask(probabilities, mask, rate) : probabilities;
        return mergeHeads(batchedMatMul(dropped as tf.Tensor3D, splitHeads(value, shape)), shape);
      }),
      saved: [query, key, value, probabilities, ...(mask ? [mask] : [])],
      gradient: (dy, saved) => attentionGradient(dy, saved as SavedAttention, shape, rate),
    };
  });
}

/**
 * What each query attends to, before dropout.
 * @returns [B * H, T, T] float32, rows sum to 1; caller disposes
 */
export function attentionProbabilities(
  query: tf.Tensor2D,
  key: tf.Tensor2D,
  attentionMask: tf.Tensor2D,
  shape: AttentionShape,
): tf.Tensor3D {
  return tf.tidy(() => {
    const scores = batchedMatMul(splitHeads(query, shape), splitHeadsTransposed(key, shape)); // [B * H, T, T]
    return maskedSoftmax(scores, attentionMask, shape, 1 / Math.sqrt(query.shape[1] / shape.heads));
  });
}

type SavedAttention = [
  query: tf.Tensor2D,
  key: tf.Tensor2D,
  value: tf.Tensor2D,
  probabilities: tf.Tensor3D,
  mask: tf.Tensor3D | undefined,
];

function attentionGradient(
  dContext: tf.Tensor2D,
  [query, key, value, probabilities, mask]: SavedAttention,
  shape: AttentionShape,
  rate: number,
): [tf.Tensor2D, tf.Tensor2D, tf.Tensor2D] {
  const scale = 1 / Math.sqrt(query.shape[1] / shape.heads);
  return tf.tidy(() => {
    const dHeads = splitHeads(dContext, shape); // [B * H, T, K]
    const dropped = mask ? (applyMask(probabilities, mask, rate) as tf.Tensor3D) : probabilities;
    const dValue = batchedMatMul(transposeMatrices(dropped), dHeads); // [B * H, T, K]
    const dDropped = batchedMatMul(dHeads, splitHeadsTransposed(value, shape)); // [B * H, T, T]
    const dProbabilities = mask ? (applyMask(dDropped, mask, rate) as tf.Tensor3D) : dDropped;
    const dScores = softmaxGradient(dProbabilities, probabilities, scale);
    const dQuery = batchedMatMul(dScores, splitHeads(key, shape));
    const dKey = batchedMatMul(transposeMatrices(dScores), splitHeads(query, shape));
    return [mergeHeads(dQuery, shape), mergeHeads(dKey, shape), mergeHeads(dValue, shape)];
  });
}

/** [B * T, D] -> [B * H, T, K] */
function splitHeads(rows: tf.Tensor2D, { batch, length, heads }: AttentionShape): tf.Tensor3D {
  const width = rows.shape[1] / heads;
  const split = tf.transpose(tf.reshape(rows, [batch, length, heads, width]), [0, 2, 1, 3]); // [B, H, T, K]
  return tf.reshape(split, [batch * heads, length, width]);
}

/** [B * T, D] -> [B * H, K, T] */
function splitHeadsTransposed(rows: tf.Tensor2D, { batch, length, heads }: AttentionShape): tf.Tensor3D {
  const width = rows.shape[1] / heads;
  const split = tf.transpose(tf.reshape(rows, [batch, length, heads, width]), [0, 2, 3, 1]); // [B, H, K, T]
  return tf.reshape(split, [batch * heads, width, length]);
}

/** [B * H, T, K] -> [B * T, D] */
function mergeHeads(stack: tf.Tensor3D, { batch, length, heads }: AttentionShape): tf.Tensor2D {
  const width = stack.shape[2];
  const merged = tf.transpose(tf.reshape(stack, [batch, heads, length, width]), [0, 2, 1, 3]); // [B, T, H, K]
  return tf.reshape(merged, [batch * length, heads * width]);
}

function transposeMatrices(stack: tf.Tensor3D): tf.Tensor3D {
  return tf.transpose(stack, [0, 2, 1]);
}

/** softmax(scale * scores + mask) over the last axis; [B * H, T, T] -> the same. */
function maskedSoftmax(
  scores: tf.Tensor3D,
  attentionMask: tf.Tensor2D,
  { batch, length, heads }: AttentionShape,
  scale: number,
): tf.Tensor3D {
  if (!hasHeap()) {
    const bias = tf.mul(tf.sub(1, tf.cast(attentionMask, 'float32')), MASKED);
    const byHead = tf.reshape(scores, [batch, heads, length, length]);
    const masked = tf.add(tf.mul(byHead, scale), tf.reshape(bias, [batch, 1, 1, length]));
    return tf.reshape(tf.softmax(masked), scores.shape);
  }
  return withGradient([scores], (scores) => {
    const probabilities = softmaxPass(scores, attentionMask, { batch, length, heads }, scale);
    return {
      value: probabilities,
      saved: [probabilities],
      gradient: (dy, [probabilities]) => [softmaxGradient(dy, probabilities as tf.Tensor3D, scale)],
    };
  });
}

function softmaxPass(
  scores: tf.Tensor3D,
  attentionMask: tf.Tensor2D,
  { batch, length, heads }: AttentionShape,
  scale: number,
): tf.Tensor3D {
  return passOverHeap([scores, attentionMask], [{ shape: scores.shape }], ([from, mask], [to]) => {
    const rows = batch * heads * length;
    for (let row = 0, at = 0; row < rows; row++, at += length) {
      const maskAt = Math.floor(row / (heads * length)) * length;
      let largest = -Infinity;
      for (let i = 0; i < length; i++) {
        const score = fround(from[at + i] * scale + (1 - mask[maskAt + i]) * MASKED);
        to[at + i] = score;
        if (score > largest) largest = score;
      }
      let sum = 0;
      for (let i = 0; i < length; i++) {
        const power = exp(to[at + i] - largest);
        to[at + i] = power;
        sum += power;
      }
      const inverse = 1 / sum;
      for (let i = 0; i < length; i++) to[at + i] *= inverse;
    }
  })[0] as tf.Tensor3D;
}

/** scale * P (dP - sum(dP P)): gradient of the scores; all [B * H, T, T]. */
function softmaxGradient(
  dProbabilities: tf.Tensor3D,
  probabilities: tf.Tensor3D,
  scale: number,
): tf.Tensor3D {
  if (!hasHeap()) {
    const weighted = tf.mul(dProbabilities, probabilities);
    const sums = tf.sum(weighted, -1, true);
    return tf.mul(tf.sub(weighted, tf.mul(probabilities, sums)), scale);
  }
  const length = probabilities.shape[2];
  return passOverHeap(
    [dProbabilities, probabilities],
    [{ shape: probabilities.shape }],
    ([dps, ps], [to]) => {
      for (let at = 0; at < ps.length; at += length) {
        let sum = 0;
        for (let i = at; i < at + length; i++) sum += dps[i] * ps[i];
        for (let i = at; i < at + length; i++) to[i] = scale * ps[i] * (dps[i] - sum);
      }
    },
  )[0] as tf.Tensor3D;
}
