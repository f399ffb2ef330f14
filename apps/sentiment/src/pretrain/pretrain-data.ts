import { PreTrainingModel } from '@bertune/heads';
import {
  distillationData,
  type DistillationTensors,
  type Dataset,
  type MaskedTensors,
  maskedTextData,
  packedTexts,
  preTrainingData,
  type PreTrainingTensors,
  segmentPairs,
  type TaughtSentence,
  type TokenizedDocument,
} from '@bertune/train';

import { trainingShapes } from '../model/shapes.js';
import { maskingVocabulary } from './masking-vocabulary.js';
import type { MeasureJob } from './measure.js';
import type { TeacherEmbeddings } from './teacher.js';

/** Tensors of a batch, of one task or both. */
export type Batch = MaskedTensors | PreTrainingTensors | DistillationTensors;

/** Sentences that a teacher has embedded. */
export interface Taught {
  readonly train: readonly TaughtSentence[];
  readonly valid: readonly TaughtSentence[];
  readonly embeddings: TeacherEmbeddings;
}

/** Texts as batches. */
interface PretrainingData {
  readonly train: Dataset<unknown, Batch>;
  /** Masked alike each time. */
  readonly valid: Dataset<unknown, Batch>;
  /** Whether a shape comes again, so that compiling it pays. */
  readonly compileIf: ReturnType<typeof trainingShapes>['comesAgain'];
}

/**
 * Cuts documents into texts, for the tasks of the model: pairs of segments, or texts without padding; sentences where a
 * teacher has embedded them.
 * @param documents to train on; none where the model is measured only
 */
export function pretrainingData(
  { model, tokenizer, values, maxLength, valid, taught }: MeasureJob,
  documents: readonly TokenizedDocument[],
): PretrainingData {
  const { maskProbability, wholeWords, seed, batchSize, passes, shortProbability } = values;
  const vocabulary = maskingVocabulary(tokenizer);
  const { sepTokenId } = vocabulary;
  const masking = {
    probability: maskProbability,
    maxPredictions: values.maxPredictions ?? Math.max(1, Math.round(maskProbability * maxLength)),
    wholeWords,
    seed,
  };
  const dataOf = (
    of: readonly TokenizedDocument[],
    times: number,
    paddedLength?: (longest: number) => number,
  ): Dataset<unknown, Batch> => {
    const options = { ...masking, paddedLength };
    if (taught) {
      const sentences = of === valid ? taught.valid : taught.train;
      const repeated = Array.from({ length: times }, () => sentences).flat();
      return distillationData(repeated, taught.embeddings, vocabulary, options);
    }
    const each = Array.from({ length: times }, (_, pass) => ({ maxLength, seed, pass }));
    if (model instanceof PreTrainingModel) {
      const cut = { shortSequenceProbability: shortProbability };
      const pairs = each.flatMap((pass) => [...segmentPairs(of, { ...pass, ...cut })]);
      return preTrainingData(pairs, vocabulary, options);
    }
    const texts = each.flatMap((pass) => [...packedTexts(of, { ...pass, sepTokenId })]);
    return maskedTextData(texts, vocabulary, options);
  };
  const lengthsOf = ({ examples, length }: Dataset<unknown, Batch>): number[] => examples.map(length);
  const measured = lengthsOf(dataOf(valid, 1));
  const isMeasuredOnly = documents.length === 0;
  const trained = isMeasuredOnly ? measured : lengthsOf(dataOf(documents, passes));
  const shapes = trainingShapes(trained, measured, { batchSize }, 1);
  const validData = dataOf(valid, 1, shapes.evaluation);
  return {
    train: isMeasuredOnly ? validData : dataOf(documents, passes, shapes.training),
    valid: validData,
    compileIf: shapes.comesAgain,
  };
}
