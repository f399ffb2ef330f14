import { enlarge } from './word-counts.js';

const FIRST_BITS = 12;

/**
 * Pairs of neighbouring pieces, numbered in the order in which they first came, with how often each occurs. A pair
 * never goes away.
 */
export class PairTable {
  /** Pairs. */
  size = 0;
  /** Id of the first piece of each. */
  first = new Int32Array(1 << FIRST_BITS);
  /** Id of the second. */
  second = new Int32Array(1 << FIRST_BITS);
  /** How often each occurs, as the reference reckons: merging a pair leaves its own count as it was. */
  counts = new Float64Array(1 << FIRST_BITS);
  /** The candidate that is being filled with each pair's new places, valid in `round`. */
  candidate = new Int32Array(1 << FIRST_BITS);
  /** The round of merging in which `candidate` was begun. */
  round = new Int32Array(1 << FIRST_BITS);
  #bits = FIRST_BITS + 1;
  #slots = new Int32Array(1 << (FIRST_BITS + 1));

  /** Number of a pair, given one if it is new. */
  numberOf(first: number, second: number): number {
    const mask = this.#slots.length - 1;
    let slot = this.#slotOf(first, second);
    for (let found = this.#slots[slot]; found !== 0; found = this.#slots[slot]) {
      if (this.first[found - 1] === first && this.second[found - 1] === second) return found - 1;
      slot = (slot + 1) & mask;
    }
    const pair = this.size;
    this.first[pair] = first;
    this.second[pair] = second;
    this.round[pair] = -1;
    this.#slots[slot] = pair + 1;
    this.size = pair + 1;
    if (this.size === this.first.length) this.#grow();
    return pair;
  }

  #slotOf(first: number, second: number): number {
    return Math.imul(Math.imul(first, 0x85ebca6b) ^ second, 0x9e3779b1) >>> (32 - this.#bits);
  }

  #grow(): void {
    const { size } = this;
    this.first = enlarge(this.first, 2 * size);
    this.second = enlarge(this.second, 2 * size);
    this.counts = enlarge(this.counts, 2 * size);
    this.candidate = enlarge(this.candidate, 2 * size);
    this.round = enlarge(this.round, 2 * size);
    this.#bits += 1;
    this.#slots = new Int32Array(2 ** this.#bits);
    const mask = this.#slots.length - 1;
    for (let pair = 0; pair < size; pair += 1) {
      let slot = this.#slotOf(this.first[pair], this.second[pair]);
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = pair + 1;
    }
  }
}
