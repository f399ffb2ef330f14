import { Bert } from '@bertune/bert';

import { ownPeakMemory, presentMemory } from '../process-memory.js';
import { startEngine } from './engine.js';
import type { LoadRequest, LoadTiming } from './load-requests.js';

/** Times `Bert.fromPretrained` from the call until every parameter is on the backend. */
export async function timeLoad({ engine, directory }: LoadRequest): Promise<LoadTiming> {
  const { description, versions } = await startEngine(engine);
  const before = presentMemory();
  const begin = performance.now();
  const bert = await Bert.fromPretrained(directory);
  const time = performance.now() - begin;
  const peak = ownPeakMemory();
  let checksum = 0;
  for (const value of (await bert.parameters.get('pooler.dense.weight')?.data()) ?? []) checksum += value;
  bert.dispose();
  return {
    times_ms: [time],
    first_ms: time,
    peak_rss_mb: peak,
    added_mb: peak - before,
    checksum,
    engine: description,
    versions,
  };
}
