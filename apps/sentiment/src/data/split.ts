import { seededRandom, shuffled } from '../random.js';

/** Case and white space make no difference: two texts with the same key are the same sentence. */
export function sentenceKey(text: string): string {
  return text.toLowerCase().replaceAll(/\s+/gu, ' ').trim();
}

/** How to split. */
export interface SplitOptions<Item> {
  /** Share of every part but the first, which takes the rest: `[0.1, 0.1]` gives 80/10/10. */
  readonly shares: readonly number[];
  /** The same seed and items give the same parts. */
  readonly seed: number;
  /** Items of one stratum are spread over the parts by the shares. */
  readonly stratum: (item: Item) => string;
  /** Items with the same key stay in one part. */
  readonly key: (item: Item) => string;
}

/**
 * Splits into parts of given shares, the same in every stratum, never one key in two parts.
 * @returns one list more than `shares`; the order inside each is shuffled
 */
export function split<Item>(items: readonly Item[], options: SplitOptions<Item>): Item[][] {
  const { shares, seed, stratum, key } = options;
  const groups = new Map<string, Item[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  const strata = new Map<string, Item[][]>();
  for (const group of groups.values()) {
    const name = group[0] === undefined ? '' : stratum(group[0]);
    const members = strata.get(name) ?? [];
    members.push(group);
    strata.set(name, members);
  }
  const random = seededRandom(seed);
  const parts: Item[][] = [[], ...shares.map(() => [])];
  for (const members of strata.values()) {
    const order = shuffled(members, random);
    let taken = 0;
    for (const [index, share] of shares.entries()) {
      const count = Math.round(order.length * share);
      parts[index + 1]?.push(...order.slice(taken, taken + count).flat());
      taken += count;
    }
    parts[0]?.push(...order.slice(taken).flat());
  }
  return parts.map((part) => shuffled(part, random));
}
