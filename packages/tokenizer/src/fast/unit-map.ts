/** A hash map from runs of UTF-16 code units to whole numbers that never builds a string: all of it is typed arrays. */

/** What `get` gives for a run that is not there. */
export const ABSENT = -0x80000000;

/** The hash of a run is `mixHash` over its units, begun with 0. */
export function mixHash(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x9e3779b1);
}

/** Four numbers per slot: hash, where the run lies in the arena plus 1 (0: free slot), its length, its value. */
const SLOT = 4;
const FIRST_BITS = 10;

/** Open addressing with linear probing, at most half full. Keys lie one after the other in an arena. */
export class UnitMap {
  /** Entries. */
  size = 0;
  #bits = FIRST_BITS;
  #slots = new Int32Array(SLOT << FIRST_BITS);
  #arena = new Uint16Array(8 << FIRST_BITS);
  #top = 0;
  readonly #reach: number;

  /** @param reach slots to look at before giving up, so that keys chosen to collide cannot make it slow; no limit by default */
  constructor(reach = Infinity) {
    this.#reach = reach;
  }

  /** Value of `units[from, from + length)`, whose hash is given; `ABSENT` when there is none. */
  get(units: Uint16Array, from: number, length: number, hash: number): number {
    const slots = this.#slots;
    const arena = this.#arena;
    const shift = 32 - this.#bits;
    const end = slots.length;
    let slot = (hash >>> shift) * SLOT;
    for (let probe = 0; probe < this.#reach; probe += 1) {
      const key = slots[slot + 1] - 1;
      if (key < 0) return ABSENT;
      if (slots[slot] === hash && slots[slot + 2] === length) {
        let same = 0;
        while (same < length && arena[key + same] === units[from + same]) same += 1;
        if (same === length) return slots[slot + 3];
      }
      slot += SLOT;
      if (slot === end) slot = 0;
    }
    return ABSENT;
  }

  /** Adds a run that is not there yet; `false` when no slot within reach is free for it. */
  add(units: Uint16Array, from: number, length: number, hash: number, value: number): boolean {
    if (this.size * 2 >= 1 << this.#bits) this.#grow();
    if (this.#top + length > this.#arena.length) {
      const larger = new Uint16Array((this.#arena.length + length) * 2);
      larger.set(this.#arena);
      this.#arena = larger;
    }
    if (!this.#place(hash, this.#top + 1, length, value)) return false;
    for (let index = 0; index < length; index += 1) this.#arena[this.#top + index] = units[from + index];
    this.#top += length;
    this.size += 1;
    return true;
  }

  /** Forgets everything, and keeps its memory. */
  clear(): void {
    this.#slots.fill(0);
    this.#top = 0;
    this.size = 0;
  }

  #place(hash: number, key: number, length: number, value: number): boolean {
    const slots = this.#slots;
    let slot = (hash >>> (32 - this.#bits)) * SLOT;
    for (let probe = 0; probe < this.#reach; probe += 1) {
      if (slots[slot + 1] === 0) {
        slots[slot] = hash;
        slots[slot + 1] = key;
        slots[slot + 2] = length;
        slots[slot + 3] = value;
        return true;
      }
      slot = (slot + SLOT) % slots.length;
    }
    return false;
  }

  #grow(): void {
    const before = this.#slots;
    this.#bits += 1;
    this.#slots = new Int32Array(SLOT << this.#bits);
    for (let slot = 0; slot < before.length; slot += SLOT) {
      if (before[slot + 1] === 0) continue;
      this.#place(before[slot], before[slot + 1], before[slot + 2], before[slot + 3]);
    }
  }
}
