import type { RandomStream } from './random.js';

/** Fisher-Yates shuffle in place. Returns its argument. */
export function shuffle<Items extends { length: number; [index: number]: unknown }>(
  items: Items,
  random: RandomStream,
): Items {
  for (let i = items.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const moved = items[i];
    items[i] = items[j];
    items[j] = moved;
  }
  return items;
}
