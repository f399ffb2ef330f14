import { ownPeakMemory } from '../process-memory.js';
import type { Timing } from './requests.js';

/** How often to run. */
interface Repeats {
  readonly warmup: number;
  readonly steps: number;
}

/**
 * Runs work again and again and times it; garbage is not collected in between, as in a real run.
 * @param run must have finished its computation when it resolves
 */
export async function timeRuns(
  { warmup, steps }: Repeats,
  run: (index: number) => Promise<unknown>,
): Promise<Pick<Timing, 'times_ms' | 'first_ms' | 'peak_rss_mb'>> {
  const times: number[] = [];
  for (let index = 0; index < warmup + steps; index++) {
    const begin = performance.now();
    await run(index);
    times.push(performance.now() - begin);
  }
  return { times_ms: times.slice(warmup), first_ms: times[0], peak_rss_mb: ownPeakMemory() };
}
