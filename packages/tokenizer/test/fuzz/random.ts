/** Draws from one seed. */
export interface Draw {
  /** Whole number from 0, below `below`. */
  upTo(below: number): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of a list. */
  pick<Item>(items: readonly Item[]): Item;
}

/** Mulberry32. */
export function drawFrom(seed: number): Draw {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
  const upTo = (below: number): number => Math.floor(next() * below);
  return {
    upTo,
    chance: (probability) => next() < probability,
    pick: (items) => items[upTo(items.length)],
  };
}
