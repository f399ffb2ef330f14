import { type Better, median, ratioOf, spread } from './statistics.js';

/** Values of both sides in the order of the rounds. */
interface PerRound<Value> {
  /** of this project */
  readonly ours: Value;
  /** of the peer; empty without one */
  readonly peer: Value;
  /** of the pair of each round, above 1 where ours is better; empty without a peer */
  readonly ratio: Value;
}

/** One figure of a benchmark. */
export interface Row {
  /** what was measured, with its shape */
  readonly name: string;
  /** median over the rounds; null where it could not be measured */
  readonly ours: number | null;
  /** median over the rounds; null without a peer */
  readonly peer: number | null;
  /** of both figures */
  readonly unit: string;
  /** median of the rounds' ratios, above 1 where ours is better; null without a peer */
  readonly ratio: number | null;
  /** which way the figure counts */
  readonly better: Better;
  /** every round's values */
  readonly rounds: PerRound<readonly number[]>;
  /** smallest and largest of each; null of nothing */
  readonly spread: PerRound<readonly [number, number] | null>;
  /** the ratio that the project promises */
  readonly atLeast?: number;
  /** the figure of ours that the project promises not to exceed */
  readonly atMost?: number;
  /** one sentence that belongs to the figures */
  readonly note?: string;
  /** whether what is promised holds, where a ratio cannot say it */
  readonly holds?: boolean;
}

/** What a row is made of. */
export interface Measured extends Pick<Row, 'name' | 'unit' | 'atLeast' | 'atMost' | 'note' | 'holds'> {
  /** one value a round */
  readonly ours: readonly number[];
  /** one value a round, or none; paired with ours by position */
  readonly peer?: readonly number[];
  /** default `lower` */
  readonly better?: Better;
}

/** Medians, ratios and spreads of what was measured. */
export function makeRow({ name, unit, ours, peer = [], better = 'lower', ...rest }: Measured): Row {
  const ratio = peer
    .slice(0, ours.length)
    .map((value, round) => ratioOf(ours[round], value, better))
    .filter(Number.isFinite);
  return {
    name,
    ours: medianOrNull(ours),
    peer: medianOrNull(peer),
    unit,
    ratio: medianOrNull(ratio),
    better,
    rounds: { ours, peer, ratio },
    spread: { ours: spreadOrNull(ours), peer: spreadOrNull(peer), ratio: spreadOrNull(ratio) },
    ...rest,
  };
}

/** Whether a row keeps what the project promises; undefined where nothing is promised or nothing can be said. */
export function keepsPromise({ ours, ratio, atLeast, atMost, holds }: Row): boolean | undefined {
  const judged = [
    holds,
    atLeast === undefined || ratio === null ? undefined : ratio >= atLeast,
    atMost === undefined || ours === null ? undefined : ours <= atMost,
  ].filter((verdict) => verdict !== undefined);
  return judged.length === 0 ? undefined : judged.every(Boolean);
}

function medianOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : median(values);
}

function spreadOrNull(values: readonly number[]): readonly [number, number] | null {
  return values.length === 0 ? null : spread(values);
}
