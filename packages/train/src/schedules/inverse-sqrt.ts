import { rangeProblems, throwProblems } from '../errors.js';
import type { Schedule } from './schedule.js';
import { type WarmupOptions, withWarmup } from './warmup.js';

/**
 * Warm-up, then 1 over the root of the steps, as Hugging Face's `get_inverse_sqrt_schedule`.
 * @param options.timescale steps after which the factor is 1 / sqrt(2); default: the warm-up, or 10,000 without one
 * @throws TrainError `invalid-options`
 */
export function inverseSqrtSchedule(options: WarmupOptions & { readonly timescale?: number } = {}): Schedule {
  throwProblems('inverse-sqrt schedule', rangeProblems({ timescale: options.timescale }, 'positive'));
  return withWarmup('inverse-sqrt', options, (step, warmupSteps) => {
    const timescale = options.timescale ?? (warmupSteps || 10_000);
    return 1 / Math.sqrt((step + timescale - warmupSteps) / timescale);
  });
}
