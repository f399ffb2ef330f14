import { rangeProblems, throwProblems } from '../errors.js';
import type { Schedule } from './schedule.js';
import { progress, type WarmupOptions, withWarmup } from './warmup.js';

/**
 * Warm-up, then a power of the part that is left, as Hugging Face's `get_polynomial_decay_schedule_with_warmup`.
 * @param options.power default 1
 * @param options.endFactor factor at the end; default 1e-7
 * @throws TrainError `invalid-options`
 */
export function polynomialSchedule(
  options: WarmupOptions & { readonly power?: number; readonly endFactor?: number } = {},
): Schedule {
  const { power = 1, endFactor = 1e-7 } = options;
  throwProblems('polynomial schedule', [
    ...rangeProblems({ power }, 'positive'),
    ...rangeProblems({ endFactor }, 'fraction'),
  ]);
  return withWarmup('polynomial', options, (step, warmupSteps, totalSteps) => {
    const left = Math.max(0, 1 - progress(step, warmupSteps, totalSteps));
    return (1 - endFactor) * left ** power + endFactor;
  });
}
