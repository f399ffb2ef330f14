import type { BertInputs } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { checkLabelTensor, readLabels } from '../label-checks.js';
import { IGNORED_LABEL } from '../losses/softmax-cross-entropy.js';
import { gatherRows } from '../ops/gather-rows.js';

/** Which tokens a masked language model predicts; all where it is absent. */
export type MaskedPositions = {
  /** [B, P] int32, each in [0, T): P tokens of each text, any where a text has fewer */
  readonly maskedPositions?: tf.Tensor2D | undefined;
};

/**
 * Texts some of whose tokens are masked, and what these were. Of two forms that give the same loss: `labels` for every
 * token, or `maskedPositions` with `maskedLabels`, with which only those tokens pay for the vocabulary. The caller keeps
 * and disposes every tensor.
 */
export type MaskedLanguageModelBatch = BertInputs &
  (
    | {
        /** [B, T] int32: the token's id before it was masked, -100 for tokens not to be predicted */
        readonly labels: tf.Tensor2D;
        readonly maskedPositions?: undefined;
      }
    | {
        /** see `MaskedPositions` */
        readonly maskedPositions: tf.Tensor2D;
        /** [B, P] int32: the ids before they were masked, -100 where a text has fewer than P */
        readonly maskedLabels: tf.Tensor2D;
      }
  );

/** Targets of a batch; [B, T], or [B, P] with `maskedPositions`. The batch's own tensor. */
export function maskedLabels(batch: MaskedLanguageModelBatch): tf.Tensor2D {
  return batch.maskedPositions ? batch.maskedLabels : batch.labels;
}

/**
 * Hidden states of the tokens to predict, row by row.
 * @param hidden [B, T, D] float32
 * @param positions [B, P] int32
 * @returns [B * T, D], or [B * P, D] with `positions`; caller disposes
 */
export function maskedRows(hidden: tf.Tensor3D, positions: tf.Tensor2D | undefined): tf.Tensor2D {
  const [batch, length, width] = hidden.shape;
  return tf.tidy(() => {
    const rows: tf.Tensor2D = tf.reshape(hidden, [batch * length, width]);
    if (!positions) return rows;
    checkLabelTensor('maskedPositions', positions, [batch, positions.shape[1]]);
    const starts = tf.range(0, batch * length, length, 'int32').reshape([batch, 1]);
    return gatherRows(rows, tf.reshape(tf.add(positions, starts), [positions.size]));
  });
}

/** Checks shape and type of the targets, without reading them. @throws HeadError `invalid-labels` */
export function checkMaskedTensors(batch: MaskedLanguageModelBatch): void {
  const [rows, length] = batch.inputIds.shape;
  if (!batch.maskedPositions) {
    checkLabelTensor('labels', batch.labels, [rows, length]);
    return;
  }
  checkLabelTensor('maskedPositions', batch.maskedPositions, [rows, batch.maskedPositions.shape[1]]);
  checkLabelTensor('maskedLabels', batch.maskedLabels, batch.maskedPositions.shape);
}

/**
 * Counts the tokens to predict. Reads targets and positions, and checks them.
 * @param vocabulary V
 * @throws HeadError `invalid-labels`
 */
export function countMaskedTokens(batch: MaskedLanguageModelBatch, vocabulary: number): number {
  checkMaskedTensors(batch);
  const name = batch.maskedPositions ? 'maskedLabels' : 'labels';
  const labels = maskedLabels(batch);
  const isId = (id: number): boolean => id >= 0 && id < vocabulary;
  const counted = readLabels(
    name,
    labels,
    `ids from 0 to ${vocabulary - 1}, or ${IGNORED_LABEL}`,
    (id) => id === IGNORED_LABEL || isId(id),
  ).filter((id) => id !== IGNORED_LABEL).length;
  if (batch.maskedPositions) {
    const length = batch.inputIds.shape[1];
    readLabels(
      'maskedPositions',
      batch.maskedPositions,
      `positions from 0 to ${length - 1}`,
      (position) => position >= 0 && position < length,
    );
  }
  return counted;
}
