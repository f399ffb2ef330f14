import { seededRandom, shuffled } from '../random.js';

/** One part of a cross-validation. */
export interface Fold {
  /** Which is held out, from 1. */
  readonly number: number;
  /** How many there are. */
  readonly of: number;
}

/** How to deal examples to folds. */
export interface FoldOptions<Item> {
  /** Number of folds, at least 2. */
  readonly folds: number;
  /** The same seed and items give the same folds. */
  readonly seed: number;
  /** Items of one stratum are spread evenly over the folds. */
  readonly stratum: (item: Item) => string;
  /** Items with the same key stay in one fold. */
  readonly key: (item: Item) => string;
}

/**
 * Deals items to folds, as scikit-learn's `StratifiedKFold` with `shuffle`: in each stratum, and in all, the sizes of two
 * folds differ by at most one. Only items that must stay together, being equal, can make it more.
 * @returns the fold of each item, from 1
 */
export function stratifiedFolds<Item>(items: readonly Item[], options: FoldOptions<Item>): number[] {
  const { folds, seed, stratum, key } = options;
  const groups = new Map<string, number[]>();
  for (const [at, item] of items.entries()) groups.set(key(item), [...(groups.get(key(item)) ?? []), at]);
  const strata = items.map(stratum);
  const order = shuffled([...groups.values()], seededRandom(seed));
  // The large ones first: the others, one stratum after the other, fill up what those leave uneven.
  const rank = new Map([...new Set(order.flat().map((at) => strata[at] ?? ''))].map((name, i) => [name, i]));
  const rankOf = ([at = 0]: readonly number[]): number => rank.get(strata[at] ?? '') ?? 0;
  order.sort((a, b) => b.length - a.length || rankOf(a) - rankOf(b));
  const sizes = new Array<number>(folds).fill(0);
  const ofStratum = new Map([...rank.keys()].map((name) => [name, new Array<number>(folds).fill(0)]));
  const result = new Array<number>(items.length).fill(0);
  for (const group of order) {
    const load = (fold: number): number =>
      group.reduce((sum, at) => sum + (ofStratum.get(strata[at] ?? '')?.[fold] ?? 0), 0);
    let best = 0;
    for (let fold = 1; fold < folds; fold++) {
      const more = load(fold) - load(best) || (sizes[fold] ?? 0) - (sizes[best] ?? 0);
      if (more < 0) best = fold;
    }
    for (const at of group) {
      const counts = ofStratum.get(strata[at] ?? '');
      if (counts) counts[best] = (counts[best] ?? 0) + 1;
      result[at] = best + 1;
    }
    sizes[best] = (sizes[best] ?? 0) + group.length;
  }
  return result;
}
