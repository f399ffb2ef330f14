import { fullRows, paddingOf } from '../batching.js';
import type { Dataset } from '../dataset.js';
import { TrainError } from '../errors.js';
import { yieldToEventLoop } from '../event-loop.js';
import type { Executor } from '../executor.js';
import type { FitSettings } from '../fit-options.js';
import { disposeBatch, makeBatch } from '../make-batch.js';
import type { OptimizerSession } from '../optimizer-session.js';
import type { RunPlan } from '../run-plan.js';
import { makeStepBatches, paddedLengthOf } from '../step-batches.js';
import type { Trainable } from '../trainable.js';
import { measureShapes } from './measure-shapes.js';
import { plannedWork } from './planned-work.js';
import { type RunEstimate, runEstimate } from './run-estimate.js';
import type { BatchShape, MeasuredShape } from './step-cost.js';

/** Micro-batches that stand for those of a step at most, however many it has. */
const MOST_MICRO_BATCHES = 4;

/** A run that has been planned and checked, and what will carry it out. */
export interface EstimateJob<Example, Batch extends object> {
  readonly trainable: Required<Trainable<Batch>>;
  readonly executor: Executor;
  readonly session: OptimizerSession<Batch>;
  readonly data: Dataset<Example, Batch>;
  readonly lengths: ArrayLike<number>;
  readonly settings: FitSettings;
  readonly plan: RunPlan;
  readonly validation:
    { readonly data: Dataset<Example, Batch>; readonly batches: readonly (readonly number[])[] } | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * Tries out steps of a run and works out what all of it will take. See `CompiledModel.estimate`.
 * @throws TrainError as a step of `fit`; `aborted`
 */
export async function estimateRun<Example, Batch extends object>(
  job: EstimateJob<Example, Batch>,
): Promise<RunEstimate> {
  const { plan, lengths, data, settings, session, validation } = job;
  const work = plannedWork(plan, lengths, paddedLengthOf(data), settings.initialStep);
  // The last: with gradual unfreezing it trains most.
  const epoch = plan.stepsPerEpoch.length - 1;
  const isFull = ({ rows, length }: BatchShape): boolean => rows === fullRows(length, settings.sizing);
  const training = await session.rehearse((step) =>
    measureShapes(work.shapes, isFull, async ({ example }) => {
      throwIfAborted(job);
      const { seed, gradientAccumulationSteps } = settings;
      const count = Math.min(gradientAccumulationSteps, MOST_MICRO_BATCHES);
      const groups = Array.from({ length: count }, () => example);
      const begin = performance.now();
      const batches = makeStepBatches(job.trainable, data, lengths, groups, { seed, step: 0 });
      try {
        await step({ microBatches: batches.microBatches, seed, step: 0, epoch });
      } finally {
        batches.dispose();
      }
      await yieldToEventLoop();
      return (performance.now() - begin) / 1000 / count;
    }),
  );
  return runEstimate({
    work,
    training,
    validation: validation ? shapesOf(validation) : [],
    evaluated: validation && (await measureEvaluation(job, validation)),
    isFull,
  });
}

interface Validation<Example, Batch extends object> {
  readonly data: Dataset<Example, Batch>;
  readonly batches: readonly (readonly number[])[];
}

function shapesOf<Example, Batch extends object>({
  data,
  batches,
}: Validation<Example, Batch>): BatchShape[] {
  const lengths = Float64Array.from(data.examples, (example) => data.length(example));
  return batches.map((batch) => {
    const { paddedTokens } = paddingOf(batch, lengths, paddedLengthOf(data));
    return { rows: batch.length, length: paddedTokens / batch.length };
  });
}

/** Tries out the batch in the middle: batches come longest first. */
async function measureEvaluation<Example, Batch extends object>(
  job: EstimateJob<Example, Batch>,
  validation: Validation<Example, Batch>,
): Promise<MeasuredShape> {
  const middle = (validation.batches.length - 1) >> 1;
  const times: number[] = [];
  while (times.length < 2) {
    throwIfAborted(job);
    const begin = performance.now();
    const batch = makeBatch(validation.data, validation.batches[middle]);
    try {
      await job.executor.evaluate(job.trainable, batch);
    } finally {
      disposeBatch(batch);
    }
    times.push((performance.now() - begin) / 1000);
  }
  const [first, seconds] = times;
  return { ...shapesOf(validation)[middle], seconds, firstSeconds: Math.max(0, first - seconds) };
}

function throwIfAborted({ signal }: { readonly signal: AbortSignal | undefined }): void {
  if (signal?.aborted) throw new TrainError('aborted', 'estimate: ended by the signal.');
}
