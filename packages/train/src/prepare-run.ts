import { type Dataset, exampleLengths } from './dataset.js';
import { TrainError } from './errors.js';
import { evaluationBatches } from './evaluate.js';
import { type FitOptions, type FitSettings, fitSettings } from './fit-options.js';
import { planRun, type RunPlan } from './run-plan.js';
import { constantSchedule } from './schedules/constant.js';
import type { Schedule } from './schedules/schedule.js';
import { paddedLengthOf } from './step-batches.js';

/** A run that is checked and planned. */
export interface PreparedRun {
  readonly settings: FitSettings;
  /** tokens of each example */
  readonly lengths: Float64Array;
  readonly plan: RunPlan;
  readonly schedule: Schedule;
  /** indices of the examples of each; none without validation data */
  readonly validationBatches: readonly (readonly number[])[];
}

/**
 * Checks data and options of a run and plans it.
 * @param schedule default: constant
 * @throws TrainError `invalid-options`, `no-examples`, `no-validation-examples`, `example-too-long`
 */
export function prepareRun<Example, Batch extends object>(
  data: Dataset<Example, Batch>,
  options: FitOptions<Example, Batch>,
  schedule: Schedule = constantSchedule(),
): PreparedRun {
  const settings = fitSettings(options);
  const { validationData } = options;
  if (data.examples.length === 0) {
    throw new TrainError('no-examples', 'fit: expected at least one example, found none.');
  }
  if (validationData?.examples.length === 0) {
    throw new TrainError(
      'no-validation-examples',
      'fit: expected at least one validation example, found none. Leave validationData out to train without.',
    );
  }
  const lengths = exampleLengths(data);
  const plan = planRun(lengths, settings, paddedLengthOf(data));
  schedule.factor(0, plan.totalSteps); // one that does not fit the run says so before it starts
  const validationBatches = validationData ? evaluationBatches('fit', validationData, settings.sizing) : [];
  return { settings, lengths, plan, schedule, validationBatches };
}
