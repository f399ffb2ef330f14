import { rangeProblems, throwProblems } from '../errors.js';
import type { Schedule } from './schedule.js';
import { progress, type WarmupOptions, withWarmup } from './warmup.js';

/**
 * Warm-up, then half a cosine from 1 to 0, as Hugging Face's `get_cosine_schedule_with_warmup`.
 * @param options.cycles waves over the run; default 0.5, which only falls
 * @throws TrainError `invalid-options`
 */
export function cosineSchedule(options: WarmupOptions & { readonly cycles?: number } = {}): Schedule {
  const { cycles = 0.5 } = options;
  throwProblems('cosine schedule', rangeProblems({ cycles }, 'positive'));
  return withWarmup('cosine', options, (step, warmupSteps, totalSteps) =>
    Math.max(0, 0.5 * (1 + Math.cos(2 * Math.PI * cycles * progress(step, warmupSteps, totalSteps)))),
  );
}

/**
 * Warm-up, then several half cosines from 1 to 0, each starting anew at 1, as Hugging Face's
 * `get_cosine_with_hard_restarts_schedule_with_warmup`.
 * @param options.cycles how many; default 1
 * @throws TrainError `invalid-options`
 */
export function cosineRestartsSchedule(options: WarmupOptions & { readonly cycles?: number } = {}): Schedule {
  const { cycles = 1 } = options;
  throwProblems('cosine-restarts schedule', rangeProblems({ cycles }, 'count'));
  return withWarmup('cosine-restarts', options, (step, warmupSteps, totalSteps) => {
    const done = progress(step, warmupSteps, totalSteps);
    return done >= 1 ? 0 : 0.5 * (1 + Math.cos(Math.PI * ((cycles * done) % 1)));
  });
}
