import * as tf from '@tensorflow/tfjs';

import type { Dataset } from '../dataset.js';
import { TrainError } from '../errors.js';
import {
  maskedPerTextOf,
  type MaskedTensors,
  type PreTrainingDataOptions,
  type PreTrainingVocabulary,
  rowMasker,
} from './row-masker.js';

/** A sentence for the student, and where the teacher's embedding of it stands. */
export interface TaughtSentence {
  /** the student's ids, without special tokens; at least one */
  readonly ids: Int32Array;
  /** row of the embeddings */
  readonly row: number;
}

/** Tensors of a batch of sentences; the caller disposes them. */
export interface DistillationTensors extends MaskedTensors {
  /** [B, E] float32 */
  readonly teacherEmbeddings: tf.Tensor2D;
  /** [B] float32, the same number everywhere: see `PreTrainingTensors` */
  readonly maskedPerText: tf.Tensor1D;
}

/**
 * Sentences with a teacher's embeddings as a data set for the distillation of embeddings. The student's tokens are masked
 * as in `preTrainingData`, anew each time; the embeddings are those of the sentences without masks.
 * @param embeddings float32 [N, E], row by row
 * @throws TrainError `no-examples`; `invalid-options` for embeddings that are no whole rows, or not there for a sentence
 */
export function distillationData(
  sentences: readonly TaughtSentence[],
  embeddings: { readonly values: Float32Array; readonly width: number },
  vocabulary: PreTrainingVocabulary,
  options: PreTrainingDataOptions = {},
): Dataset<TaughtSentence, DistillationTensors> {
  checkSentences(sentences, embeddings);
  const { values, width } = embeddings;
  const mask = rowMasker(vocabulary, options);
  const length = ({ ids }: TaughtSentence): number => ids.length + 2;
  const maskedPerText = maskedPerTextOf(sentences.map(length), options, vocabulary);
  return {
    examples: sentences,
    length,
    collate: (examples, run) => {
      const rows = new Float32Array(examples.length * width);
      for (const [at, { row }] of examples.entries())
        rows.set(values.subarray(row * width, (row + 1) * width), at * width);
      return {
        ...mask(
          examples.map(({ ids }) => [ids]),
          run,
        ),
        teacherEmbeddings: tf.tensor2d(rows, [examples.length, width]),
        maskedPerText: tf.fill([examples.length], maskedPerText),
      };
    },
    drawsLabels: true,
    ...(options.paddedLength && { paddedLength: options.paddedLength }),
  };
}

function checkSentences(
  sentences: readonly TaughtSentence[],
  { values, width }: { readonly values: Float32Array; readonly width: number },
): void {
  if (sentences.length === 0)
    throw new TrainError('no-examples', 'distillationData: expected sentences, found none.');
  const rows = values.length / width;
  if (!(Number.isInteger(width) && width >= 1 && Number.isInteger(rows))) {
    throw new TrainError(
      'invalid-options',
      `distillationData: embeddings: expected whole rows of ${width} numbers, found ${values.length} numbers.`,
    );
  }
  const stray = sentences.findIndex(({ row }) => !(Number.isInteger(row) && row >= 0 && row < rows));
  if (stray < 0) return;
  throw new TrainError(
    'invalid-options',
    `distillationData: sentence ${stray}: expected a row from 0 to ${rows - 1}, found ${sentences[stray].row}.`,
  );
}
