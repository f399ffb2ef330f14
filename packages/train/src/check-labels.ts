import type { Dataset } from './dataset.js';
import { TrainError } from './errors.js';
import { yieldToEventLoop } from './event-loop.js';
import { disposeBatch, makeBatch } from './make-batch.js';
import type { Trainable } from './trainable.js';

/** Examples that are looked at together: few tensors, and little memory. */
const CHUNK = 128;

/**
 * Shows all labels of a data set to the model, by `lossWeight`, so that a wrong one ends a run before it begins and not hours
 * later. Nothing is computed with the examples. Data that draws its labels itself is not looked at.
 * @param name how messages call the data
 * @param signal ends the looking
 * @throws TrainError `invalid-labels` with the first example that is wrong; `empty-batch`, `shape-mismatch`; whatever
 *   `collate` throws
 */
export async function checkAllLabels<Example, Batch extends object>(
  name: string,
  trainable: Pick<Trainable<Batch>, 'lossWeight'>,
  data: Dataset<Example, Batch>,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (data.drawsLabels === true) return;
  const { length } = data.examples;
  for (let start = 0; start < length && signal?.aborted !== true; start += CHUNK) {
    const indices = Array.from({ length: Math.min(CHUNK, length - start) }, (_, i) => start + i);
    const error = problemOf(trainable, data, indices);
    if (error !== undefined) throw located(name, trainable, data, indices, error);
    await yieldToEventLoop();
  }
}

/** What the model says against the labels of some examples. */
function problemOf<Example, Batch extends object>(
  trainable: Pick<Trainable<Batch>, 'lossWeight'>,
  data: Dataset<Example, Batch>,
  indices: readonly number[],
): unknown {
  const batch = makeBatch(data, indices);
  try {
    trainable.lossWeight(batch);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    disposeBatch(batch);
  }
}

/** The same problem, with the first example that has one. */
function located<Example, Batch extends object>(
  name: string,
  trainable: Pick<Trainable<Batch>, 'lossWeight'>,
  data: Dataset<Example, Batch>,
  indices: readonly number[],
  ofAll: unknown,
): TrainError {
  const first = indices.find((index) => problemOf(trainable, data, [index]) !== undefined);
  const error = first === undefined ? ofAll : problemOf(trainable, data, [first]);
  const place =
    first === undefined ? `examples ${indices[0]} to ${indices[indices.length - 1]}` : `example ${first}`;
  const message = error instanceof Error ? error.message : String(error);
  return new TrainError(
    'invalid-labels',
    `fit: ${place} of the ${name} data: ${message} Nothing was trained.`,
    { example: first, data: name },
    { cause: error },
  );
}
