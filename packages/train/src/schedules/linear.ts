import { throwProblems } from '../errors.js';
import type { Schedule } from './schedule.js';
import { progress, type WarmupOptions, warmupProblems, warmupStepsOf, withWarmup } from './warmup.js';

/**
 * Linear warm-up, then linear decay from 1 to 0, as Hugging Face's `get_linear_schedule_with_warmup`: the factor
 * reaches 1 at the end of the warm-up. With warm-up, step 0 has factor 0.
 * @throws TrainError `invalid-options`
 */
export function linearSchedule(options: WarmupOptions = {}): Schedule {
  return withWarmup('linear', options, (step, warmupSteps, totalSteps) =>
    Math.max(0, 1 - progress(step, warmupSteps, totalSteps)),
  );
}

/**
 * The schedule of google-research/bert: decay runs linearly over all steps, 1 - step/total, and replaces the warm-up
 * when that ends, so the factor never reaches 1. A ratio is rounded down.
 * @throws TrainError `invalid-options`
 */
export function googleLinearSchedule(options: WarmupOptions = {}): Schedule {
  throwProblems('google-linear schedule', warmupProblems(options));
  return {
    name: 'google-linear',
    factor(step, totalSteps) {
      const warmupSteps = warmupStepsOf(options, totalSteps, Math.floor);
      return step < warmupSteps ? step / warmupSteps : 1 - Math.min(step, totalSteps) / totalSteps;
    },
  };
}
