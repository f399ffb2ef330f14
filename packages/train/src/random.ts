/**
 * Reproducible random integers: xoshiro128** (Blackman and Vigna, 2018). Its state is a hash of the given words, so a
 * stream is named by what it is for, e.g. (seed, epoch), and depends on nothing that ran before.
 */
export class RandomStream {
  private readonly state: Uint32Array;

  /** @param words integers in [0, 2^32) that name the stream */
  constructor(...words: readonly number[]) {
    this.state = Uint32Array.from({ length: 4 }, (_, lane) =>
      words.reduce((hash, word) => scramble((hash + 0x9e3779b9) ^ scramble(word)), scramble(lane + 1)),
    );
    this.state[0] |= 1; // an all-zero state would stay zero
  }

  /** An integer in [0, 2^32). */
  next(): number {
    const s = this.state;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const shifted = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  /** An integer in [0, limit), each as likely as any other. */
  below(limit: number): number {
    const usable = 2 ** 32 - (2 ** 32 % limit); // values past it would favour small results
    let value = this.next();
    while (value >= usable) value = this.next();
    return value % limit;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** The finaliser of MurmurHash3: every input bit reaches every output bit. */
function scramble(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
