import * as tf from '@tensorflow/tfjs';

import { collateInputs, encodeExamples } from './encode.js';
import type { LoadedModel } from './build-model.js';
import type { Example } from '../data/labels.js';
import type { TextExample } from '../data/read-examples.js';

/** How texts are scored. */
export interface ScoreOptions {
  /** Examples per batch. */
  readonly batchSize: number;
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
 * Scores texts without dropout, batches of like length together; the result is in the order of the examples.
 */
export async function scoreExamples(
  loaded: Pick<LoadedModel, 'model' | 'tokenizer' | 'labels' | 'maxLength'>,
  examples: readonly (TextExample & Partial<Pick<Example, 'target'>>)[],
  { batchSize, onProgress }: ScoreOptions,
): Promise<Scores> {
  const { model, tokenizer, labels, maxLength } = loaded;
  const { encoded, cut } = encodeExamples(examples, tokenizer, maxLength);
  const order = encoded
    .map((example, index) => ({ example, index }))
    .sort((a, b) => a.example.inputIds.length - b.example.inputIds.length);
  const columns = model.columns;
  const values = new Float32Array(encoded.length * columns);
  for (let start = 0; start < order.length; start += batchSize) {
    const part = order.slice(start, start + batchSize);
    const batch = collateInputs(
      part.map(({ example }) => example),
      tokenizer.padTokenId,
    );
    const output = model.predict(batch);
    const rows = await output.data();
    tf.dispose([output, batch]);
    for (const [row, { index }] of part.entries()) {
      values.set(rows.slice(row * columns, (row + 1) * columns), index * columns);
    }
    onProgress?.(start + part.length);
  }
  return labels.task === 'sigmoid'
    ? { values: bothClasses(values), columns: 2, cut }
    : { values, columns, cut };
}
