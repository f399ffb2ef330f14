import { mixHash } from '../fast/unit-map.js';

const FIRST_BITS = 12;

/**
 * How often each word was seen. Words are runs of UTF-16 code units, numbered in the order in which they first came;
 * no string is made of them. Memory grows with the distinct words alone: two bytes per unit and 28 to 40 per word.
 */
export class WordCounts {
  /** Distinct words. */
  size = 0;
  /** The units of all words, one after the other. */
  units = new Uint16Array(8 << FIRST_BITS);
  /** Where each word begins in `units`; one more entry for the end of the last. */
  starts = new Int32Array((1 << FIRST_BITS) + 1);
  /** How often each was seen. */
  counts = new Float64Array(1 << FIRST_BITS);
  #hashes = new Int32Array(1 << FIRST_BITS);
  #bits = FIRST_BITS + 1;
  /** Number of the word plus 1; 0 where free. At most half full. */
  #slots = new Int32Array(1 << (FIRST_BITS + 1));

  /**
   * Sees `units[0, length)` once more.
   * @param hash `mixHash` over these units, begun with 0
   */
  add(units: Uint16Array, length: number, hash: number): void {
    const word = this.#find(units, length, hash); // may make `counts` anew
    this.counts[word] += 1;
  }

  /** Sees a word again by its number. */
  addAgain(word: number): void {
    this.counts[word] += 1;
  }

  /** Number of a word, given one if it is new; not counted. */
  numberOf(word: string): number {
    const units = Uint16Array.from({ length: word.length }, (_, index) => word.charCodeAt(index));
    return this.#find(units, units.length, units.reduce(mixHash, 0));
  }

  #find(units: Uint16Array, length: number, hash: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash >>> (32 - this.#bits);
    for (let found = this.#slots[slot]; found !== 0; found = this.#slots[slot]) {
      if (this.#hashes[found - 1] === hash && this.#isWord(found - 1, units, length)) return found - 1;
      slot = (slot + 1) & mask;
    }
    return this.#insert(slot, units, length, hash);
  }

  #isWord(word: number, units: Uint16Array, length: number): boolean {
    const start = this.starts[word];
    if (this.starts[word + 1] - start !== length) return false;
    for (let index = 0; index < length; index += 1) {
      if (this.units[start + index] !== units[index]) return false;
    }
    return true;
  }

  #insert(slot: number, units: Uint16Array, length: number, hash: number): number {
    const word = this.size;
    const start = this.starts[word];
    if (start + length > this.units.length) this.units = enlarge(this.units, start + length);
    this.units.set(units.subarray(0, length), start);
    this.starts[word + 1] = start + length;
    this.#hashes[word] = hash;
    this.#slots[slot] = word + 1;
    this.size = word + 1;
    if (this.size === this.counts.length) this.#grow();
    return word;
  }

  #grow(): void {
    const { size } = this;
    this.starts = enlarge(this.starts, 2 * size + 1);
    this.counts = enlarge(this.counts, 2 * size);
    this.#hashes = enlarge(this.#hashes, 2 * size);
    this.#bits += 1;
    const slots = new Int32Array(2 ** this.#bits);
    const mask = slots.length - 1;
    for (let word = 0; word < size; word += 1) {
      let slot = this.#hashes[word] >>> (32 - this.#bits);
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = word + 1;
    }
    this.#slots = slots;
  }
}

/** A copy with room for `needed` entries, and twice as many as before at least. */
export function enlarge<Numbers extends Uint16Array | Int32Array | Float64Array>(
  numbers: Numbers,
  needed: number,
): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(
    Math.max(needed, 2 * numbers.length),
  );
  larger.set(numbers);
  return larger;
}
