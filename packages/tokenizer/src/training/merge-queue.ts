/** A pair of neighbouring pieces that may be merged. */
export interface Candidate {
  /** The pair, as `pairKey` packs it. */
  readonly pair: number;
  /** How often it was seen when it was put in the queue. */
  readonly count: number;
  /** Indices of words that have it, rising. */
  readonly words: readonly number[];
}

const SECOND = 2 ** 26;

/** Packs two piece ids (each below 2^26) into one number that sorts by the first, then by the second. */
export function pairKey(first: number, second: number): number {
  return first * SECOND + second;
}

/** The two piece ids of a key. */
export function pairOf(key: number): readonly [first: number, second: number] {
  return [Math.floor(key / SECOND), key % SECOND];
}

/** Binary heap: the most frequent pair first; of equally frequent ones that of the smaller ids. */
export class MergeQueue {
  readonly #heap: Candidate[] = [];

  push(candidate: Candidate): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(candidate);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(candidate, above)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = candidate;
  }

  pop(): Candidate | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return top;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      let below = heap[child];
      if (below === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, below)) {
        child += 1;
        below = right;
      }
      if (!isBefore(below, last)) break;
      heap[index] = below;
      index = child;
    }
    heap[index] = last;
    return top;
  }
}

function isBefore(a: Candidate, b: Candidate): boolean {
  return a.count !== b.count ? a.count > b.count : a.pair < b.pair;
}
