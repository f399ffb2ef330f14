import type { SequenceBatch } from '@bertune/heads';
import { adamW, compile, type Dataset } from '@bertune/train';

import { ownPeakMemory } from '../process-memory.js';
import type { Shape } from '../shape.js';
import { makeClassifier } from './classifier.js';
import { startEngine } from './engine.js';
import { randomBatch } from './random-batch.js';
import type { TrainStepRequest, TrainStepTiming } from './requests.js';

/** What both sides of a training step have in common; the peers' scripts have the same numbers. */
export const LEARNING_RATE = 2e-5;
/** largest global norm of the gradients */
export const MAX_NORM = 1;
const WEIGHT_DECAY = 0.01;

/**
 * Times whole training steps as `fit` runs them: batch to tensors, forward with dropout, backward, clipping, AdamW.
 * The loop's own work between two steps counts.
 */
export async function timeTrainSteps(request: TrainStepRequest): Promise<TrainStepTiming> {
  const { shape, warmup, steps, recompute = false } = request;
  const { executor, description, versions } = await startEngine(request.engine);
  const model = makeClassifier(shape, { recompute });
  const compiled = compile(model, {
    executor,
    optimizer: adamW({ learningRate: LEARNING_RATE, weightDecay: WEIGHT_DECAY }),
    clipNorm: MAX_NORM,
  });
  const losses: number[] = [];
  const times: number[] = [];
  let last = 0;
  const clock = {
    onTrainBegin: (): void => void (last = performance.now()),
    onTrainBatchEnd: (_step: number, logs: { readonly loss: number }): void => {
      const now = performance.now();
      times.push(now - last);
      losses.push(logs.loss);
      last = now;
    },
  };
  await compiled.fit(sameBatches(shape, warmup + steps), {
    batchSize: shape.batch,
    shuffle: false,
    callbacks: [clock],
  });
  const peak = ownPeakMemory();
  compiled.dispose();
  model.dispose();
  return {
    times_ms: times.slice(warmup),
    first_ms: times[0],
    peak_rss_mb: peak,
    engine: description,
    versions,
    first_loss: losses[0],
    last_loss: losses.at(-1) ?? NaN,
  };
}

/** Full batches of random ids, all of them the same. */
function sameBatches(shape: Shape, count: number): Dataset<number, SequenceBatch> {
  return {
    examples: Array.from({ length: count * shape.batch }, (_, index) => index),
    length: () => shape.length,
    collate: () => randomBatch(shape),
  };
}
