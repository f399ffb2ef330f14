import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { BenchError } from '../errors.js';

/**
 * Mean seconds of the steps after the first `skipped`, from the times at which steps ended. Where a side compiles, most
 * of it lies in those; a whole run has thousands more.
 * @param ends seconds on any clock, of every step in order
 * @throws BenchError `wrong-figures` where there are too few, or they go backwards
 */
export function secondsPerStep(side: string, ends: readonly number[], skipped: number): number {
  const measured = ends.slice(skipped - 1);
  const ascend = measured.every((end, at) => at === 0 || end >= measured[at - 1]);
  if (skipped < 1 || measured.length < 2 || !ascend) {
    throw new BenchError(
      'wrong-figures',
      `${side}: expected the times of more than ${skipped} steps in order, found ${ends.length} times.`,
    );
  }
  return (measured[measured.length - 1] - measured[0]) / (measured.length - 1);
}

/** When the steps of a training by the app ended, in seconds, from its `log.jsonl`. */
export function stepEnds(output: string): number[] {
  return readFileSync(join(output, 'log.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { readonly event: string; readonly time: string })
    .filter(({ event }) => event === 'step')
    .map(({ time }) => Date.parse(time) / 1000);
}
