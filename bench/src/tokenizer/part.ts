import type { Row } from '../row.js';
import type { Timing } from '../work/requests.js';

/** What one part of the benchmark yields: rows, and the runs that they come from. */
export interface Part {
  readonly rows: readonly Row[];
  readonly ours: readonly Timing[];
  readonly peer: readonly Timing[];
}
