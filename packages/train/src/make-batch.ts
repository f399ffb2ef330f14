import * as tf from '@tensorflow/tfjs';

import type { CollateRun, Dataset } from './dataset.js';
import { TrainError } from './errors.js';
import { batchTensors, tensorProperties } from './trainable.js';

/**
 * Puts examples into a batch and checks that it has a row for each of them.
 * @param indices of the examples
 * @param run see `Dataset.collate`
 * @returns the batch; free it with `disposeBatch`
 * @throws TrainError `empty-batch`, `shape-mismatch`; whatever `collate` throws
 */
export function makeBatch<Example, Batch extends object>(
  data: Dataset<Example, Batch>,
  indices: readonly number[],
  run?: CollateRun,
): Batch {
  const batch = data.collate(
    indices.map((index) => data.examples[index]),
    run,
  );
  try {
    for (const [name, { shape }] of batchTensors(batch)) {
      if (shape[0] === indices.length) continue;
      throw new TrainError(
        'shape-mismatch',
        `collate: expected one row for each of the ${indices.length} examples, ` +
          `found ${name} of shape [${shape.join(', ')}].`,
        { name, shape, examples: indices.length },
      );
    }
    return batch;
  } catch (error) {
    disposeBatch(batch);
    throw error;
  }
}

/** Frees the tensors of a batch; what else the batch holds stays its owner's. */
export function disposeBatch(batch: object): void {
  tf.dispose([...tensorProperties(batch).values()]);
}
