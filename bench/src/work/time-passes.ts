import { ownPeakMemory } from '../process-memory.js';
import type { Timing } from './requests.js';

const FEWEST = 3;

/**
 * Repeats short work: for half the time untimed, since the engine compiles what runs often, then at least three times
 * and for the time given. The peers' scripts do the same.
 */
export function timePasses(
  seconds: number,
  run: () => unknown,
  { fewest = FEWEST, warm = run }: { readonly fewest?: number; readonly warm?: () => unknown } = {},
): Pick<Timing, 'times_ms' | 'first_ms' | 'peak_rss_mb'> {
  const budget = seconds * 1000;
  const first_ms = time(warm);
  for (let warmed = first_ms; warmed < budget / 2;) warmed += time(warm);
  const times_ms: number[] = [];
  for (let timed = 0; timed < budget || times_ms.length < fewest;) {
    const last = time(run);
    times_ms.push(last);
    timed += last;
  }
  return { times_ms, first_ms, peak_rss_mb: ownPeakMemory() };
}

function time(run: () => unknown): number {
  const begin = performance.now();
  run();
  return performance.now() - begin;
}
