import { nameHash } from './dropout-stream.js';
import { philoxWords } from './philox.js';

/**
 * Samples of a normal distribution cut at two standard deviations, as BERT's weights start (`create_initializer` of
 * the original release). Counter-based: the same (seed, name) gives the same values on every backend and machine.
 * @param size number of values
 * @param deviation standard deviation before the cut, e.g. 0.02
 * @param seed of the run, an integer in [0, 2^32)
 * @param name of the parameter; two parameters of one model differ by it
 */
export function truncatedNormal(size: number, deviation: number, seed: number, name: string): Float32Array {
  const values = new Float32Array(size);
  const words = new Uint32Array(BLOCK_WORDS);
  const hash = nameHash(name);
  for (let filled = 0, block = 0; filled < size; block++) {
    philoxWords(words, { key: [seed >>> 0, INITIALISATION], counterHigh: [block, hash] });
    for (let i = 0; i < words.length && filled < size; i += 2) {
      // Box-Muller: two uniform numbers, the first in (0, 1], make two normal ones.
      const radius = Math.sqrt(-2 * Math.log((words[i] + 1) * 2 ** -32));
      const angle = 2 * Math.PI * words[i + 1] * 2 ** -32;
      for (const normal of [radius * Math.cos(angle), radius * Math.sin(angle)]) {
        if (Math.abs(normal) <= 2 && filled < size) values[filled++] = normal * deviation;
      }
    }
  }
  return values;
}

/**
 * Samples of a uniform distribution in [-bound, bound), as torch's `kaiming_uniform_` draws them. Counter-based as
 * `truncatedNormal`.
 */
export function uniform(size: number, bound: number, seed: number, name: string): Float32Array {
  const words = new Uint32Array(size);
  philoxWords(words, { key: [seed >>> 0, INITIALISATION], counterHigh: [0, nameHash(name)] });
  return Float32Array.from(words, (word) => (2 * word * 2 ** -32 - 1) * bound);
}

/** Words drawn at a time: the memory this takes, whatever the size of the parameter. */
const BLOCK_WORDS = 4096;

/** Keeps the streams of initial weights apart from those of dropout, whose second key word is a micro-batch. */
const INITIALISATION = 0xffffffff;
