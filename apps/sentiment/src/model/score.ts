import * as tf from '@tensorflow/tfjs';

import { collateInputs, encodeExamples } from './encode.js';
import type { LoadedModel } from './build-model.js';
import type { Example, LabelSpace } from '../data/labels.js';
import type { TextExample } from '../data/read-examples.js';
import { memoryError } from './memory-error.js';
import { type MakeExecutor, makeEagerExecutor, scoringShapes } from './shapes.js';

/** How texts are scored. */
export interface ScoreOptions {
  /** Examples per batch. */
  readonly batchSize: number;
  /** Makes what runs the model; default: op by op on the active backend. */
  readonly makeExecutor?: MakeExecutor;
  /** Called after each batch with the number of examples that are done. */
  readonly onProgress?: (done: number) => void;
}

/** Scores of examples, one row each. */
export interface Scores {
  /**
   * Row-major [N, C]. Classes: probabilities, for the sigmoid task those of both classes. Regression: values [N, 1].
   */
  readonly values: Float32Array;
  /** C. */
  readonly columns: number;
  /** How many examples were longer than the model's maximum and were cut. */
  readonly cut: number;
}

/** One logit gives the probability of label 1; the report wants that of both. */
function bothClasses(values: Float32Array): Float32Array {
  const both = new Float32Array(values.length * 2);
  for (const [at, value] of values.entries()) both.set([1 - value, value], at * 2);
  return both;
}

/**
 * Predictions as the report wants them.
 * @param values row-major [N, columns], what the model's `predict` gives
 */
export function toScores(
  values: Float32Array,
  columns: number,
  { task }: Pick<LabelSpace, 'task'>,
): Omit<Scores, 'cut'> {
  return task === 'sigmoid' ? { values: bothClasses(values), columns: 2 } : { values, columns };
}

/**
 * Scores texts without dropout, batches of like length together; the result is in the order of the examples.
 */
export async function scoreExamples(
  loaded: Pick<LoadedModel, 'model' | 'tokenizer' | 'labels' | 'maxLength'>,
  examples: readonly (TextExample & Partial<Pick<Example, 'target'>>)[],
  { batchSize, makeExecutor = makeEagerExecutor, onProgress }: ScoreOptions,
): Promise<Scores> {
  const { model, tokenizer, labels, maxLength } = loaded;
  const { encoded, cut } = encodeExamples(examples, tokenizer, maxLength);
  const { batches, paddedLength, comesAgain } = scoringShapes(
    encoded.map(({ inputIds }) => inputIds.length),
    batchSize,
  );
  const executor = makeExecutor({ compileIf: comesAgain });
  const columns = model.columns;
  const values = new Float32Array(encoded.length * columns);
  let done = 0;
  for (const indices of batches) {
    const batch = collateInputs(
      indices.flatMap((index) => encoded[index] ?? []),
      tokenizer.padTokenId,
      paddedLength,
    );
    try {
      const rows = await executor.predict(model, batch);
      for (const [row, index] of indices.entries()) {
        values.set(rows.values.subarray(row * columns, (row + 1) * columns), index * columns);
      }
    } catch (error) {
      const { shape } = batch.inputIds;
      throw memoryError(error, { where: 'scoring', shape, remedy: 'Lower --batch-size or --max-length.' });
    } finally {
      tf.dispose(batch);
    }
    onProgress?.((done += indices.length));
  }
  return { ...toScores(values, columns, labels), cut };
}
