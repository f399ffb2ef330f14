import { alternate, type Side } from './alternate.js';
import type { Context } from './benchmark.js';
import { runPeer } from './peer.js';
import { runOurs } from './run-ours.js';
import { median } from './statistics.js';
import type { Timing, WorkRequest } from './work/requests.js';

/** Ours against a peer in one sitting. */
interface Comparison<Result extends Timing> {
  /** for progress lines */
  readonly name: string;
  /** what ours does */
  readonly ours: WorkRequest;
  /** how the peer is run; undefined: only ours */
  readonly peer: (() => Promise<Result>) | undefined;
  /** throws when a side's figures cannot be right */
  readonly check: (side: string, result: Result) => void;
}

/** Results of both sides, in the order of the rounds. */
export interface Compared<Result> {
  readonly ours: readonly Result[];
  /** empty without a peer */
  readonly peer: readonly Result[];
}

/** Runs both sides alternately, each time in a new process, prints what each round gave, and checks it. */
export async function compare<Result extends Timing>(
  { settings: { rounds }, say }: Context,
  { name, ours, peer, check }: Comparison<Result>,
): Promise<Compared<Result>> {
  const sides: Side<Result>[] = [
    { name: 'ours', run: async () => (await runOurs<Result>(ours)).result },
    ...(peer ? [{ name: 'peer', run: peer }] : []),
  ];
  const results = await alternate(rounds, sides, (side, round, result) => {
    check(`${side}, ${name}`, result);
    const figures = `${median(result.times_ms).toFixed(1)} ms, ${result.peak_rss_mb.toFixed(0)} MB`;
    say(`${name}  round ${round + 1}/${rounds}  ${side.padEnd(4)}  ${figures}  (${result.engine})`);
  });
  return { ours: results.ours, peer: results.peer ?? [] };
}

/** How one of the peers' scripts is run; undefined without a peer. */
export function pythonPeer<Result extends Timing>(
  { peer }: Context,
  script: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): (() => Promise<Result>) | undefined {
  if (!peer) return undefined;
  return () => runPeer<Result>(peer, script, args, env);
}

/** The median time of each round. */
export function medianTimes(results: readonly Timing[]): number[] {
  return results.map(({ times_ms }) => median(times_ms));
}
