import { adamW, compile, type Dataset, type Trainable } from '@bertune/train';

import { ownPeakMemory } from '../process-memory.js';
import { startEngine } from './engine.js';
import type { EngineRequest, TrainStepTiming } from './requests.js';

/** What both sides of a training step have in common; the peers' scripts have the same numbers. */
export const LEARNING_RATE = 2e-5;
/** largest global norm of the gradients */
export const MAX_NORM = 1;
const WEIGHT_DECAY = 0.01;

interface StepsRequest {
  readonly engine: EngineRequest;
  readonly shape: { readonly batch: number; readonly length: number };
  readonly warmup: number;
  readonly steps: number;
}

/**
 * Times whole training steps as `fit` runs them: batch to tensors, forward with dropout, backward, clipping, AdamW.
 * The loop's own work between two steps counts.
 * @param makeModel called when the engine runs; the model is disposed here
 * @param makeBatch full batches, all of them the same
 */
export async function timeSteps<Batch extends object>(
  request: StepsRequest,
  makeModel: () => Trainable<Batch> & { dispose(): void },
  makeBatch: () => Batch,
): Promise<TrainStepTiming> {
  const { shape, warmup, steps } = request;
  const { executor, description, versions } = await startEngine(request.engine);
  const model = makeModel();
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
  const data: Dataset<number, Batch> = {
    examples: Array.from({ length: (warmup + steps) * shape.batch }, (_, index) => index),
    length: () => shape.length,
    collate: makeBatch,
    drawsLabels: true, // full batches only, and always the same: nothing to look at beforehand
  };
  await compiled.fit(data, { batchSize: shape.batch, shuffle: false, callbacks: [clock] });
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
