import { makeClassifier } from './classifier.js';
import { randomBatch } from './random-batch.js';
import type { TrainStepRequest, TrainStepTiming } from './requests.js';
import { timeSteps } from './time-steps.js';

/** Times training steps of a classifier. */
export async function timeTrainSteps(request: TrainStepRequest): Promise<TrainStepTiming> {
  const { shape, recompute = false } = request;
  return timeSteps(
    request,
    () => makeClassifier(shape, { recompute }),
    () => randomBatch(shape),
  );
}
