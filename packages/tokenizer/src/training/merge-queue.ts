import type { PairTable } from './pair-table.js';
import { enlarge } from './word-counts.js';

const FIRST_ROOM = 1 << 12;

/** No place, no candidate. */
export const NONE = -1;

/**
 * Candidates for the next merge: a pair, how often it occurred when it was queued, and the list of places where it
 * stands. A pair that turns up again later is queued once more with its new places, as in the reference.
 * Binary heap over typed arrays: the most frequent first; of equally frequent ones that of the smaller piece ids.
 */
export class MergeQueue {
  /** Pair of each candidate. */
  pair = new Int32Array(FIRST_ROOM);
  /** Count that each is queued by. */
  count = new Float64Array(FIRST_ROOM);
  /** First place of each; the list goes on in `Pieces`. */
  head = new Int32Array(FIRST_ROOM);
  /** Last place of each. */
  tail = new Int32Array(FIRST_ROOM);
  #made = 0;
  #free: number[] = [];
  #heap = new Int32Array(FIRST_ROOM);
  #queued = 0;
  readonly #pairs: PairTable;

  constructor(pairs: PairTable) {
    this.#pairs = pairs;
  }

  /** A candidate without places, not yet queued. */
  create(pair: number): number {
    const candidate = this.#free.pop() ?? this.#made++;
    if (candidate === this.pair.length) {
      this.pair = enlarge(this.pair, candidate + 1);
      this.count = enlarge(this.count, candidate + 1);
      this.head = enlarge(this.head, candidate + 1);
      this.tail = enlarge(this.tail, candidate + 1);
    }
    this.pair[candidate] = pair;
    this.head[candidate] = NONE;
    this.tail[candidate] = NONE;
    return candidate;
  }

  /** Queues a candidate by the count of its pair. */
  push(candidate: number): void {
    this.count[candidate] = this.#pairs.counts[this.pair[candidate]];
    if (this.#queued === this.#heap.length) this.#heap = enlarge(this.#heap, this.#queued + 1);
    let index = this.#queued;
    this.#queued += 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#isBefore(candidate, this.#heap[parent])) break;
      this.#heap[index] = this.#heap[parent];
      index = parent;
    }
    this.#heap[index] = candidate;
  }

  /** Takes the first candidate whose count still holds, moving back those it no longer holds for; or `NONE`. */
  pop(): number {
    while (this.#queued > 0) {
      const top = this.#heap[0];
      const count = this.#pairs.counts[this.pair[top]];
      if (this.count[top] === count) {
        this.#queued -= 1;
        if (this.#queued > 0) this.#sink(this.#heap[this.#queued]);
        return top;
      }
      this.count[top] = count;
      this.#sink(top);
    }
    return NONE;
  }

  /** Gives a candidate back that has been popped and has no places left. */
  release(candidate: number): void {
    this.#free.push(candidate);
  }

  /** Puts a candidate at the top and lets it sink to where it belongs. */
  #sink(candidate: number): void {
    const heap = this.#heap;
    let index = 0;
    for (let child = 1; child < this.#queued; child = 2 * index + 1) {
      if (child + 1 < this.#queued && this.#isBefore(heap[child + 1], heap[child])) child += 1;
      if (!this.#isBefore(heap[child], candidate)) break;
      heap[index] = heap[child];
      index = child;
    }
    heap[index] = candidate;
  }

  #isBefore(a: number, b: number): boolean {
    if (this.count[a] !== this.count[b]) return this.count[a] > this.count[b];
    const { first, second } = this.#pairs;
    const pairA = this.pair[a];
    const pairB = this.pair[b];
    return first[pairA] !== first[pairB] ? first[pairA] < first[pairB] : second[pairA] < second[pairB];
  }
}
