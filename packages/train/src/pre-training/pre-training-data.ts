import * as tf from '@tensorflow/tfjs';

import type { CollateRun, Dataset } from '../dataset.js';
import { RandomStream } from '../random.js';
import {
  type MaskingOptions,
  type MaskingVocabulary,
  maskingSettings,
  maskTokens,
  predictionsWanted,
} from './mask-tokens.js';
import type { SegmentPair } from './segment-pairs.js';

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

/** Tensors of a batch of pairs; the caller disposes them. */
export interface PreTrainingTensors extends MaskedTensors {
  /** [B] int32: 0 the second segment follows, 1 it is from elsewhere */
  readonly nextSentenceLabels: tf.Tensor1D;
  /**
   * [B] float32, the same number everywhere: tokens to predict in a text, the mean over the whole data set. Dividing by it,
   * and not by the count of the batch, makes the gradients of micro-batches add up to that of the batch.
   */
  readonly maskedPerText: tf.Tensor1D;
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

/**
 * Pairs of segments as a data set for a masked language model with next sentence prediction. Masks are dynamic: in
 * training they derive from seed, step and row, so that a text is masked anew each time, and a resumed run masks as the
 * one that was not cut off; in evaluation they derive from the text's place in the batch, the same each time.
 * @throws TrainError `invalid-options`
 */
export function preTrainingData(
  pairs: readonly SegmentPair[],
  vocabulary: PreTrainingVocabulary,
  options: PreTrainingDataOptions = {},
): Dataset<SegmentPair, PreTrainingTensors> {
  const mask = rowMasker(vocabulary, options);
  const length = ({ first, second }: SegmentPair): number => first.length + second.length + 3;
  const settings = maskingSettings(options, { ...vocabulary, specialTokenIds: new Set() });
  const wanted = pairs.reduce((sum, pair) => sum + predictionsWanted(length(pair), settings), 0);
  const maskedPerText = wanted / pairs.length;
  return {
    examples: pairs,
    length,
    collate: (examples, run) => ({
      ...mask(
        examples.map(({ first, second }) => [first, second]),
        run,
      ),
      nextSentenceLabels: tf.tensor1d(
        examples.map(({ isRandomNext }) => Number(isRandomNext)),
        'int32',
      ),
      maskedPerText: tf.fill([examples.length], maskedPerText),
    }),
    drawsLabels: true,
    ...(options.paddedLength && { paddedLength: options.paddedLength }),
  };
}

/**
 * Texts as a data set for a masked language model alone; masks as in `preTrainingData`.
 * @param texts ids of each, without special tokens: `packedTexts`
 * @throws TrainError `invalid-options`
 */
export function maskedTextData(
  texts: readonly Int32Array[],
  vocabulary: PreTrainingVocabulary,
  options: PreTrainingDataOptions = {},
): Dataset<Int32Array, MaskedTensors> {
  const mask = rowMasker(vocabulary, options);
  return {
    examples: texts,
    length: (text) => text.length + 2,
    collate: (examples, run) =>
      mask(
        examples.map((text) => [text]),
        run,
      ),
    drawsLabels: true,
    ...(options.paddedLength && { paddedLength: options.paddedLength }),
  };
}

/** What puts rows of segments between special tokens and masks them. */
function rowMasker(
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
