import { paddingOf, type PaddingFigures } from './batching.js';
import type { CollateRun, Dataset } from './dataset.js';
import { TrainError } from './errors.js';
import type { MicroBatch } from './executor.js';
import { disposeBatch, makeBatch } from './make-batch.js';
import type { Trainable } from './trainable.js';

/** The batches of one optimiser step, made. */
export interface StepBatches<Batch extends object> {
  readonly microBatches: readonly MicroBatch<Batch>[];
  /** sum of the loss weights of the micro-batches */
  readonly weight: number;
  readonly examples: number;
  readonly padding: PaddingFigures;
  /** Frees the tensors of the batches. */
  dispose(): void;
}

/**
 * Makes the batches of one step and works out the share of each in the loss.
 * @param groups for each micro-batch the indices of its examples
 * @param run the step they are for
 * @throws TrainError `empty-batch`, `shape-mismatch`, `invalid-loss`; whatever `collate` throws
 */
export function makeStepBatches<Example, Batch extends object>(
  trainable: Trainable<Batch>,
  data: Dataset<Example, Batch>,
  lengths: ArrayLike<number>,
  groups: readonly (readonly number[])[],
  run: Omit<CollateRun, 'microBatch'>,
): StepBatches<Batch> {
  const batches: Batch[] = [];
  const dispose = (): void => {
    batches.forEach(disposeBatch);
  };
  try {
    const weights: number[] = [];
    const padding = { tokens: 0, paddedTokens: 0 };
    let examples = 0;
    for (const [microBatch, group] of groups.entries()) {
      const { seed, step } = run;
      const batch = makeBatch(data, group, { seed, step, microBatch });
      batches.push(batch);
      weights.push(checkedWeight(trainable.lossWeight(batch)));
      const figures = paddingOf(group, lengths, paddedLengthOf(data));
      padding.tokens += figures.tokens;
      padding.paddedTokens += figures.paddedTokens;
      examples += group.length;
    }
    const weight = weights.reduce((total, part) => total + part, 0);
    const microBatches = batches
      .map((batch, index) => ({ batch, index, share: weights[index] / weight }))
      .filter(({ share }) => share > 0); // weight 0: a mean over nothing, which would be NaN
    if (microBatches.length === 0) {
      throw new TrainError(
        'invalid-loss',
        'lossWeight(batch): expected a sum above 0 over the step, found 0.',
      );
    }
    return { microBatches, weight, examples, padding, dispose };
  } catch (error) {
    dispose();
    throw error;
  }
}

/** `data.paddedLength`, bound to its data. */
export function paddedLengthOf(
  data: Pick<Dataset<unknown, object>, 'paddedLength'>,
): ((longest: number) => number) | undefined {
  return data.paddedLength && ((longest) => data.paddedLength?.(longest) ?? longest);
}

function checkedWeight(weight: number): number {
  if (Number.isFinite(weight) && weight >= 0) return weight;
  throw new TrainError(
    'invalid-loss',
    `lossWeight(batch): expected a finite number of at least 0, found ${weight}. Check labels and class weights.`,
    { weight },
  );
}
