import { readFileSync } from 'node:fs';

import { expect, test } from '@jest/globals';

import { coOccurrenceEmbeddings } from '../../src/index.js';
import { positivePmi } from '../../src/pre-training/co-occurrence/positive-pmi.js';
import { truncatedSvd } from '../../src/pre-training/co-occurrence/truncated-svd.js';
import { RandomStream } from '../../src/random.js';

interface Golden {
  readonly options: {
    readonly vocabularySize: number;
    readonly size: number;
    readonly window: number;
    readonly smoothing: number;
    readonly scale: number;
  };
  readonly documents: readonly (readonly (readonly number[])[])[];
  readonly singularValues: readonly number[];
  readonly innerProducts: readonly (readonly number[])[];
}

const file = new URL('../golden/co-occurrence.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;
const documents = golden.documents.map((sentences) => sentences.map((ids) => Int32Array.from(ids)));
const { vocabularySize, size } = golden.options;

test('vectors have the inner products of those that NumPy makes', () => {
  const vectors = coOccurrenceEmbeddings(documents, golden.options);
  for (let a = 0; a < vocabularySize; a += 1) {
    for (let b = 0; b < vocabularySize; b += 1) {
      let product = 0;
      for (let i = 0; i < size; i += 1) product += vectors[a * size + i] * vectors[b * size + i];
      expect(Math.abs(product - golden.innerProducts[a][b])).toBeLessThan(1e-7);
    }
  }
});

test('singular values are those of NumPy', () => {
  const rows = positivePmi(documents, golden.options);
  const { singularValues } = truncatedSvd(rows, vocabularySize, size, 3);
  for (const [i, value] of golden.singularValues.entries()) expect(singularValues[i]).toBeCloseTo(value, 5);
});

test('a matrix much larger than its rank is decomposed exactly, and its other singular values are 0', () => {
  const random = new RandomStream(1);
  const factors = Array.from({ length: 3 }, () =>
    Float64Array.from({ length: 300 }, () => random.next() / 2 ** 32),
  );
  const rows = Array.from({ length: 300 }, (_, i) => ({
    columns: Int32Array.from({ length: 300 }, (_, j) => j),
    values: Float32Array.from({ length: 300 }, (_, j) =>
      factors.reduce((sum, factor, k) => sum + (k + 1) * factor[i] * factor[j], 0),
    ),
  }));
  const { left, singularValues } = truncatedSvd(rows, 300, 6, 0);
  expect([...singularValues.subarray(3)].every((value) => value < 1e-3)).toBe(true);
  // A A^T = U S^2 U^T, looked at in one entry of each row
  for (let i = 0; i < 300; i += 1) {
    const j = (i * 7) % 300;
    const expected = rows[i].values.reduce((sum, value, k) => sum + value * rows[j].values[k], 0);
    let found = 0;
    for (let k = 0; k < 6; k += 1) found += left[i * 6 + k] * singularValues[k] ** 2 * left[j * 6 + k];
    expect(Math.abs(found - expected)).toBeLessThan(1e-3 * Math.abs(expected));
  }
});

test('the same seed gives the same bits; a token that does not occur a row of zeros; windows end with the document', () => {
  const vectors = coOccurrenceEmbeddings(documents, golden.options);
  expect(coOccurrenceEmbeddings(documents, golden.options)).toEqual(vectors);
  expect([...vectors.subarray(0, size)]).toEqual(Array(size).fill(0));
  expect(vectors.subarray(size, 2 * size).some((entry) => entry !== 0)).toBe(true);
  const alone = [[Int32Array.of(1)], [Int32Array.of(2)]];
  expect(coOccurrenceEmbeddings(alone, { vocabularySize: 3, size: 2 })).toEqual(new Float32Array(6));
  const sentences = [[Int32Array.of(1), Int32Array.of(2)]];
  expect(coOccurrenceEmbeddings(sentences, { vocabularySize: 3, size: 2 })).not.toEqual(new Float32Array(6));
});

test('a vocabulary that is counted in several passes gives the same', () => {
  const large = 9001; // more than 2^26 counts
  const shifted = documents.map((document) => document.map((ids) => ids.map((id) => id * 200)));
  const rows = positivePmi(shifted, { ...golden.options, vocabularySize: large });
  const small = positivePmi(documents, golden.options);
  expect(rows).toHaveLength(large);
  for (const [id, { columns, values }] of small.entries()) {
    expect([...rows[id * 200].columns]).toEqual([...columns].map((column) => column * 200));
    expect(rows[id * 200].values).toEqual(values);
  }
});

test('wrong options and ids are refused', () => {
  expect(() =>
    coOccurrenceEmbeddings(documents, { vocabularySize: 0, size: 1.5, window: 0, smoothing: 2, scale: 0 }),
  ).toThrow(/vocabularySize.*size.*window.*smoothing.*scale/s);
  expect(() => coOccurrenceEmbeddings(documents, { vocabularySize: 20, size: 2 })).toThrow(
    /documents\[\d+\]: expected ids in \[0, 20\), found \d+/,
  );
});
