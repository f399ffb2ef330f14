import { rangeProblems, throwProblems } from '../errors.js';
import type { Schedule } from './schedule.js';

/** Linear warm-up from 0: a number of steps or a share of the run. Neither: no warm-up. */
export interface WarmupOptions {
  /** optimiser steps */
  readonly warmupSteps?: number | undefined;
  /** share of all optimiser steps, in [0, 1) */
  readonly warmupRatio?: number | undefined;
}

/** What is wrong with a warm-up. */
export function warmupProblems({ warmupSteps, warmupRatio }: WarmupOptions): string[] {
  const both = warmupSteps !== undefined && warmupRatio !== undefined;
  return [
    ...rangeProblems({ warmupSteps }, 'index'),
    ...rangeProblems({ warmupRatio }, 'fraction'),
    ...(both ? ['give warmupSteps or warmupRatio, not both'] : []),
  ];
}

/**
 * The steps of warm-up in a run.
 * @param round what makes a share of the run a whole number: Hugging Face rounds up, Google down
 * @throws TrainError `invalid-options` when they are more than the run has
 */
export function warmupStepsOf(
  { warmupSteps, warmupRatio = 0 }: WarmupOptions,
  totalSteps: number,
  round: (steps: number) => number = Math.ceil,
): number {
  const steps = warmupSteps ?? round(totalSteps * warmupRatio);
  if (steps > totalSteps) {
    throwProblems('schedule', [
      `warmupSteps is ${steps} but the run has ${totalSteps} steps: lower it or use warmupRatio`,
    ]);
  }
  return steps;
}

/**
 * A schedule that rises to 1 during warm-up and then follows `after`, as Hugging Face's do.
 * @param after factor for a step past the warm-up, given the steps of warm-up and of the run
 * @throws TrainError `invalid-options`
 */
export function withWarmup(
  name: string,
  warmup: WarmupOptions,
  after: (step: number, warmupSteps: number, totalSteps: number) => number,
): Schedule {
  throwProblems(`${name} schedule`, warmupProblems(warmup));
  return {
    name,
    factor(step, totalSteps) {
      const warmupSteps = warmupStepsOf(warmup, totalSteps);
      return step < warmupSteps ? step / warmupSteps : after(step, warmupSteps, totalSteps);
    },
  };
}

/** How far a run is after its warm-up: 0 at its end, 1 at the last step, more beyond. */
export function progress(step: number, warmupSteps: number, totalSteps: number): number {
  return (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
}
