import { fileURLToPath } from 'node:url';

import { readGoldenJson } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';

import { philoxWords } from '../src/philox.js';

// Known answers of the authors' Random123 library (kat_vectors, philox4x32 with 10 rounds), restricted to what a
// stream can express: the low half of the counter numbers the groups and starts at zero.
describe('philoxWords', () => {
  it('gives the published words for key 0, counter 0', () => {
    const words = new Uint32Array(4);
    philoxWords(words, { key: [0, 0], counterHigh: [0, 0] });
    expect([...words]).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
  });

  // Written by tools/reference/philox.py with TensorFlow's own stateless ops.
  const golden = readGoldenJson<{
    cases: { key: [number, number]; counterHigh: [number, number]; words: number[]; uniform: number[] }[];
  }>(fileURLToPath(new URL('golden/philox.json', import.meta.url)));

  it.each(golden.cases)('gives the words and uniform numbers of TensorFlow, case %#', (expected) => {
    const words = new Uint32Array(expected.words.length);
    philoxWords(words, expected);
    expect([...words]).toEqual(expected.words);
    expect([...words].map((word) => (word & 0x7fffff) * 2 ** -23)).toEqual(expected.uniform);
  });

  it('cuts the last group without touching the ones before', () => {
    const stream = { key: [7, 11], counterHigh: [3, 0xfedcba98] } as const;
    const long = new Uint32Array(12);
    const short = new Uint32Array(6);
    philoxWords(long, stream);
    philoxWords(short, stream);
    expect([...short]).toEqual([...long.subarray(0, 6)]);
  });

  it('changes every word with each part of key and counter', () => {
    const draw = (key: [number, number], counterHigh: [number, number]): string => {
      const words = new Uint32Array(8);
      philoxWords(words, { key, counterHigh });
      return words.join();
    };
    const all = [
      draw([0, 0], [0, 0]),
      draw([1, 0], [0, 0]),
      draw([0, 1], [0, 0]),
      draw([0, 0], [1, 0]),
      draw([0, 0], [0, 1]),
    ];
    expect(new Set(all).size).toBe(5);
  });
});
