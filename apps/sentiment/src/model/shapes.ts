import type { BertInputs } from '@bertune/bert';
import {
  type BatchSizing,
  EagerExecutor,
  type Executor,
  fullRows,
  lengthBuckets,
  padToBuckets,
  planBatches,
} from '@bertune/train';

import type { PaddedLength } from './encode.js';

/** Makes what runs steps. One that compiles does so for the batches that `compileIf` names, all where it is absent. */
export type MakeExecutor = (options: { readonly compileIf?: (batch: object) => boolean }) => Executor;

/** Where a backend has no executor of its own. */
export const makeEagerExecutor: MakeExecutor = () => new EagerExecutor();

/** Padded lengths of a run at most: each is a shape that a backend which compiles has to trace. */
const mostLengths = 8;

/**
 * What a shape costs to compile, in tokens that could be trained on meanwhile: about 2,000 for BERT-base, 10,000 for
 * small models. A length that saves less padding than this over a run is not worth having. The lengths are the same on
 * every backend, because the dropout of a token depends on the shape of its batch.
 */
const tokensPerShape = 4096;

/** To which lengths the texts of a training are padded. */
export interface TrainingShapes {
  /** Of training batches. */
  readonly training: PaddedLength;
  /** Of validation and test batches: some of the same lengths, since there are fewer texts. */
  readonly evaluation: PaddedLength;
  /** Whether a batch has a shape that comes again: one of these lengths, and the rows of a full batch. */
  readonly comesAgain: (batch: object) => boolean;
}

/**
 * Chooses padded lengths for a training. Texts longer than all training texts are padded to their own length.
 * @param passes times that the training texts are gone through, as often as the validation texts are
 */
export function trainingShapes(
  train: readonly number[],
  valid: readonly number[],
  sizing: BatchSizing,
  passes: number,
): TrainingShapes {
  const choose = (lengths: readonly number[]): number[] =>
    lengthBuckets(lengths, {
      count: mostLengths,
      price: tokensPerShape / passes,
      batchSize: sizing.batchSize,
    });
  const buckets = choose(train);
  const training = padToBuckets(buckets);
  const known = valid.map(training).filter((length) => buckets.includes(length));
  const fewer = padToBuckets(known.length > 0 ? choose(known) : []);
  return {
    training,
    evaluation: (longest) => fewer(training(longest)),
    comesAgain: (batch) => {
      const [rows, length] = (batch as BertInputs).inputIds.shape;
      return buckets.includes(length) && rows === fullRows(length, sizing);
    },
  };
}

/** Batches of texts that are gone through once. */
export interface ScoringShapes {
  /** Indices of the texts of each batch, the longest first. */
  readonly batches: readonly (readonly number[])[];
  /** Of these batches. */
  readonly paddedLength: PaddedLength;
  /** Whether a batch has a shape that comes again. */
  readonly comesAgain: (batch: object) => boolean;
}

/** Puts texts into batches of few shapes. */
export function scoringShapes(lengths: readonly number[], batchSize: number): ScoringShapes {
  if (lengths.length === 0)
    return { batches: [], paddedLength: (longest) => longest, comesAgain: () => false };
  const buckets = lengthBuckets(lengths, { count: mostLengths, price: tokensPerShape, batchSize });
  const paddedLength = padToBuckets(buckets);
  const batches = planBatches(lengths, { batchSize, shuffle: false, paddedLength });
  const times = new Map<string, number>();
  for (const batch of batches) {
    const shape = [batch.length, paddedLength(Math.max(...batch.map((index) => lengths[index] ?? 0)))].join();
    times.set(shape, (times.get(shape) ?? 0) + 1);
  }
  return {
    batches,
    paddedLength,
    comesAgain: (batch) => (times.get((batch as BertInputs).inputIds.shape.join()) ?? 0) > 1,
  };
}
