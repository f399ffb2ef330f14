import { TrainingModel } from '../callbacks/training-model.js';
import { checkAllLabels } from '../check-labels.js';
import type { Dataset } from '../dataset.js';
import { yieldToEventLoop } from '../event-loop.js';
import type { FitSettings } from '../fit-options.js';
import { isNonFinite, type OptimizerSession } from '../optimizer-session.js';
import type { RunPlan } from '../run-plan.js';
import type { SelectedParameter } from '../select-parameters.js';
import { makeStepBatches } from '../step-batches.js';
import type { Trainable } from '../trainable.js';
import type { RangeTestOptions, RangeTestSettings } from './range-test-options.js';
import { type LearningRateSuggestion, suggestLearningRate } from './suggest-learning-rate.js';

/** What a range test has found. */
export interface RangeTest {
  /** learning rate of each step taken, evenly spaced in its logarithm */
  readonly learningRates: readonly number[];
  /** loss of each of these steps before its update, exactly as computed; all finite */
  readonly losses: readonly number[];
  /** exponential moving average of the losses, bias-corrected */
  readonly smoothedLosses: readonly number[];
  /**
   * `completed`: all steps; `diverged`: the smoothed loss was several times its lowest; `not-finite`: the next step had a
   * loss or gradients that are NaN or infinite; `aborted`: the signal asked
   */
  readonly ended: 'completed' | 'diverged' | 'not-finite' | 'aborted';
  /** undefined where the smoothed loss does not fall clearly after the first tenth of the steps */
  readonly suggestion: LearningRateSuggestion | undefined;
}

/** A range test that is planned and checked, and what will carry it out. */
export interface RangeTestJob<Example, Batch extends object> {
  readonly trainable: Trainable<Batch>;
  /** what of it is trained */
  readonly trained: readonly SelectedParameter[];
  readonly data: Dataset<Example, Batch>;
  readonly lengths: ArrayLike<number>;
  readonly settings: FitSettings;
  readonly plan: RunPlan;
  readonly session: OptimizerSession<Batch>;
  readonly range: RangeTestSettings;
  readonly options: Pick<RangeTestOptions, 'onStep' | 'signal'>;
}

/** Runs a range test, and puts back what it has changed. See `CompiledModel.findLearningRate`. */
export async function runRangeTest<Example, Batch extends object>(
  job: RangeTestJob<Example, Batch>,
): Promise<RangeTest> {
  const { trainable, trained, data, session, range, options } = job;
  await checkAllLabels('training', trainable, data, options.signal);
  const model = new TrainingModel(trainable.parameters, trained, session, range.min);
  const start = await model.snapshot();
  try {
    return await session.keepingState(() => takeSteps(job));
  } finally {
    await model.restore(start);
    start.dispose();
  }
}

async function takeSteps<Example, Batch extends object>(
  job: RangeTestJob<Example, Batch>,
): Promise<RangeTest> {
  const { plan, range, options } = job;
  const learningRates: number[] = [];
  const losses: number[] = [];
  const smoothedLosses: number[] = [];
  const average = new BiasCorrectedAverage(range.smoothing);
  let lowest = Infinity;
  let ended: RangeTest['ended'] = 'completed';
  for (const groups of stepsOf(plan)) {
    const step = losses.length;
    const learningRate = rateOf(range, step);
    if (options.signal?.aborted) {
      ended = 'aborted';
      break;
    }
    const loss = await lossOfStep(job, groups, step, learningRate);
    if (loss === undefined) {
      ended = 'not-finite';
      break;
    }
    const smoothedLoss = average.add(loss);
    learningRates.push(learningRate);
    losses.push(loss);
    smoothedLosses.push(smoothedLoss);
    const examples = groups.reduce((sum, group) => sum + group.length, 0);
    options.onStep?.({ step, totalSteps: range.steps, learningRate, loss, smoothedLoss, examples });
    await yieldToEventLoop();
    lowest = Math.min(lowest, smoothedLoss);
    if (smoothedLoss > range.divergence * lowest) {
      ended = 'diverged';
      break;
    }
  }
  const curve = { learningRates, losses, smoothedLosses };
  const { smoothing, steps: plannedSteps } = range;
  return { ...curve, ended, suggestion: suggestLearningRate(curve, { smoothing, plannedSteps }) };
}

/** Micro-batches of each step, epoch after epoch. */
function* stepsOf(plan: RunPlan): Generator<number[][]> {
  for (const epoch of plan.stepsPerEpoch.keys()) yield* plan.steps(epoch);
}

/** From `min` in the first step to `max` in the last, each the same multiple of the one before. */
function rateOf({ min, max, steps }: RangeTestSettings, step: number): number {
  return min * (max / min) ** (step / (steps - 1));
}

/** Takes one step. @returns its loss, undefined where it or the gradients are not finite */
async function lossOfStep<Example, Batch extends object>(
  { trainable, data, lengths, settings: { seed }, session }: RangeTestJob<Example, Batch>,
  groups: number[][],
  step: number,
  learningRate: number,
): Promise<number | undefined> {
  const { microBatches, dispose } = makeStepBatches(trainable, data, lengths, groups, { seed, step });
  try {
    // All that is ever trained is, also what `trainFrom` keeps for later epochs: the rate must suit it.
    const epoch = Number.MAX_SAFE_INTEGER;
    return (await session.trainStep({ microBatches, seed, step, epoch, learningRate })).loss;
  } catch (error) {
    if (isNonFinite(error)) return undefined;
    throw error;
  } finally {
    dispose();
  }
}

/** Exponential moving average from zero, divided by the share that is not of that zero (as Adam's moments). */
class BiasCorrectedAverage {
  private sum = 0;
  private weight = 0;

  /** @param keep share that stays at each value, in [0, 1) */
  constructor(private readonly keep: number) {}

  add(value: number): number {
    this.sum = this.keep * this.sum + (1 - this.keep) * value;
    this.weight = this.keep * this.weight + (1 - this.keep);
    return this.sum / this.weight;
  }
}
