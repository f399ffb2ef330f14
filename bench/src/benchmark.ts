import type { Peer } from './peer.js';
import type { Row } from './row.js';
import type { Settings } from './settings.js';
import type { Timing } from './work/requests.js';

/** What a benchmark is given. */
export interface Context {
  /** of the command line */
  readonly settings: Settings;
  /** undefined: only ours is measured */
  readonly peer: Peer | undefined;
  /** names of Pythons, `PEER_PYTHON` and others, are looked up here */
  readonly env: NodeJS.ProcessEnv;
  /** prints a line of progress */
  readonly say: (line: string) => void;
}

/** What a benchmark yields. */
export interface Outcome {
  /** its figures */
  readonly rows: readonly Row[];
  /** what computed on each side, in words */
  readonly engines: { readonly ours?: string; readonly peer?: string };
  /** of what computed */
  readonly versions: Readonly<Record<string, string>>;
  /** there was nothing to measure on, and that was said */
  readonly skipped?: boolean;
}

/** One entry of the registry. */
export interface Benchmark {
  /** one sentence without a full stop */
  readonly summary: string;
  /** whether it is measured against `PEER_PYTHON`, given these settings */
  readonly needsPeer: (settings: Settings) => boolean;
  /** Python packages that the peer must have; default PyTorch and Transformers */
  readonly peerPackages?: readonly string[];
  /** @throws BenchError */
  run(context: Context): Promise<Outcome>;
}

/** Rows with the engines and versions of the runs they come from. */
export function outcome(rows: readonly Row[], ours: readonly Timing[], peer: readonly Timing[]): Outcome {
  return {
    rows,
    engines: {
      ...(ours.length > 0 && { ours: ours[0].engine }),
      ...(peer.length > 0 && { peer: peer[0].engine }),
    },
    versions: Object.assign({}, ...[...peer, ...ours].map(({ versions }) => versions)) as Record<
      string,
      string
    >,
  };
}

/** Keeps the cases that `--only` asks for. */
export function chosen<Case extends { readonly name: string }>(
  cases: readonly Case[],
  { only }: Settings,
): Case[] {
  return cases.filter(({ name }) => only === undefined || name.includes(only));
}
