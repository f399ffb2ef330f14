import * as tf from '@tensorflow/tfjs';

import { mean } from '../statistics.js';
import { makeClassifier } from './classifier.js';
import { startEngine } from './engine.js';
import { randomBatch } from './random-batch.js';
import type { InferenceRequest, InferenceTiming } from './requests.js';
import { timeRuns } from './time-runs.js';

const CLASSES = 2;

/** Times forward passes without dropout, from tensors on the backend to probabilities in JavaScript. */
export async function timeInference(request: InferenceRequest): Promise<InferenceTiming> {
  const { executor, description, versions } = await startEngine(request.engine);
  const model = makeClassifier(request.shape);
  const batch = randomBatch(request.shape);
  let probabilities = new Float32Array();
  const timing = await timeRuns(request, async () => {
    probabilities = (await executor.predict(model, batch)).values as Float32Array<ArrayBuffer>;
  });
  model.dispose();
  tf.dispose(Object.values(batch));
  return { ...timing, engine: description, versions, mean_probability: meanProbability(probabilities) };
}

/** Of class 0; NaN unless every row sums to 1. */
function meanProbability(values: Float32Array): number {
  const first: number[] = [];
  for (let at = 0; at < values.length; at += CLASSES) {
    if (Math.abs(values[at] + values[at + 1] - 1) > 1e-4) return NaN;
    first.push(values[at]);
  }
  return mean(first);
}
