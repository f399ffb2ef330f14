import * as tf from '@tensorflow/tfjs';

import type { CollateRun } from '../dataset.js';
import { RandomStream } from '../random.js';
import {
  type MaskingOptions,
  type MaskingVocabulary,
  maskingSettings,
  maskTokens,
  predictionsWanted,
} from './mask-tokens.js';

/** Ids that frame and fill the texts. */
export interface PreTrainingVocabulary extends Omit<MaskingVocabulary, 'specialTokenIds'> {
  readonly clsTokenId: number;
  readonly sepTokenId: number;
  readonly padTokenId: number;
}

/** Tensors of a batch of masked texts; the caller disposes them. B texts, T tokens, P predictions a text. */
export interface MaskedTensors {
  /** [B, T] int32, with masked tokens */
  readonly inputIds: tf.Tensor2D;
  /** [B, T] int32: 1 token, 0 padding */
  readonly attentionMask: tf.Tensor2D;
  /** [B, T] int32: 0 first segment, 1 second */
  readonly tokenTypeIds: tf.Tensor2D;
  /** [B, P] int32: places of the tokens to predict; 0 where there are fewer */
  readonly maskedPositions: tf.Tensor2D;
  /** [B, P] int32: their ids before masking; -100 where there are fewer */
  readonly maskedLabels: tf.Tensor2D;
}

/** How pairs become batches. */
export interface PreTrainingDataOptions extends MaskingOptions {
  /** seed of the masks where no training run gives one, in evaluation; default 0 */
  readonly seed?: number | undefined;
  /** lengths that texts are padded to; default: the longest of the batch */
  readonly paddedLength?: ((longest: number) => number) | undefined;
}

/** Label of a prediction that does not count. */
const IGNORED = -100;

/** Word that tells the streams of masks from those of shuffling, which hash seed and epoch. */
const MASKS = 0x6d61736b;

/** What puts rows of segments between special tokens and masks them. */
export function rowMasker(
  vocabulary: PreTrainingVocabulary,
  options: PreTrainingDataOptions,
): (rows: readonly (readonly Int32Array[])[], run: CollateRun | undefined) => MaskedTensors {
  const { clsTokenId, sepTokenId, padTokenId } = vocabulary;
  const masking = { ...vocabulary, specialTokenIds: new Set([clsTokenId, sepTokenId, padTokenId]) };
  const settings = maskingSettings(options, masking);
  const { seed: ownSeed = 0, paddedLength = (longest: number) => longest } = options;
  const predictions = settings.maxPredictions;
  return (rows, run) => {
    const lengths = rows.map((segments) => segments.reduce((sum, { length }) => sum + length + 1, 1));
    const columns = paddedLength(Math.max(...lengths));
    const inputIds = new Int32Array(rows.length * columns).fill(padTokenId);
    const attentionMask = new Int32Array(inputIds.length);
    const tokenTypeIds = new Int32Array(inputIds.length);
    const maskedPositions = new Int32Array(rows.length * predictions);
    const maskedLabels = new Int32Array(maskedPositions.length).fill(IGNORED);
    for (const [row, segments] of rows.entries()) {
      const start = row * columns;
      attentionMask.fill(1, start, start + lengths[row]);
      inputIds[start] = clsTokenId;
      let at = start + 1;
      for (const [type, segment] of segments.entries()) {
        inputIds.set(segment, at);
        inputIds[at + segment.length] = sepTokenId;
        tokenTypeIds.fill(type, at, at + segment.length + 1);
        at += segment.length + 1;
      }
      const ids = inputIds.subarray(start, start + lengths[row]);
      const original = ids.slice();
      const words = run ? [run.seed, run.step, run.microBatch] : [ownSeed];
      const random = new RandomStream(MASKS, ...words, row);
      for (const [place, position] of maskTokens(ids, masking, settings, random).entries()) {
        maskedPositions[row * predictions + place] = position;
        maskedLabels[row * predictions + place] = original[position];
      }
    }
    const matrix = (values: Int32Array): tf.Tensor2D =>
      tf.tensor2d(values, [rows.length, values.length / rows.length], 'int32');
    return {
      inputIds: matrix(inputIds),
      attentionMask: matrix(attentionMask),
      tokenTypeIds: matrix(tokenTypeIds),
      maskedPositions: matrix(maskedPositions),
      maskedLabels: matrix(maskedLabels),
    };
  };
}

/**
 * Tokens to predict in a text, the mean over the data.
 * @param lengths tokens of each text, special ones included
 */
export function maskedPerTextOf(
  lengths: readonly number[],
  options: MaskingOptions,
  vocabulary: PreTrainingVocabulary,
): number {
  const settings = maskingSettings(options, { ...vocabulary, specialTokenIds: new Set() });
  return lengths.reduce((sum, length) => sum + predictionsWanted(length, settings), 0) / lengths.length;
}
