import * as tf from '@tensorflow/tfjs';

import type { Dataset } from '../dataset.js';
import {
  maskedPerTextOf,
  type MaskedTensors,
  type PreTrainingDataOptions,
  type PreTrainingVocabulary,
  rowMasker,
} from './row-masker.js';
import type { SegmentPair } from './segment-pairs.js';

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
  const maskedPerText = maskedPerTextOf(pairs.map(length), options, vocabulary);
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
