import type { Schedule } from './schedule.js';
import { type WarmupOptions, withWarmup } from './warmup.js';

/**
 * Warm-up, then the full learning rate to the end.
 * @throws TrainError `invalid-options`
 */
export function constantSchedule(options: WarmupOptions = {}): Schedule {
  return withWarmup('constant', options, () => 1);
}
