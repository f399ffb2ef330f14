import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { maskingSettings, maskTokens } from '../../src/pre-training/mask-tokens.js';
import { maskedTextData, preTrainingData } from '../../src/pre-training/pre-training-data.js';
import { RandomStream } from '../../src/random.js';

const vocabulary = { size: 1000, clsTokenId: 1, sepTokenId: 2, padTokenId: 0, maskTokenId: 4 };
const masking = { size: 1000, maskTokenId: 4, specialTokenIds: new Set([0, 1, 2]) };

/** [CLS] 100 101 … [SEP] */
const text = (tokens: number): Int32Array =>
  Int32Array.from([1, ...Array.from({ length: tokens }, (_, i) => 100 + i), 2]);

describe('maskTokens', () => {
  it('masks 80 %, keeps 10 %, replaces 10 % by any token of the vocabulary, and never a special one', () => {
    const settings = maskingSettings({}, masking);
    const counts = { masked: 0, kept: 0, replaced: 0 };
    const replacements = new Set<number>();
    const places = new Float64Array(102);
    let untouched = true; // all that was not chosen
    for (let seed = 0; seed < 4000; seed++) {
      const ids = text(100);
      const chosen = maskTokens(ids, masking, settings, new RandomStream(seed));
      untouched &&= chosen.length === 15 && chosen.every((at, i) => i === 0 || at > chosen[i - 1]);
      const original = text(100);
      for (const at of chosen) {
        places[at] += 1;
        if (ids[at] === 4) counts.masked += 1;
        else if (ids[at] === original[at]) counts.kept += 1;
        else {
          counts.replaced += 1;
          replacements.add(ids[at]);
        }
      }
      for (const at of chosen) ids[at] = original[at];
      untouched &&= ids.join() === original.join();
    }
    expect(untouched).toBe(true);
    const share = (count: number): number => count / (4000 * 15);
    expect(share(counts.masked)).toBeCloseTo(0.8, 2);
    expect(share(counts.kept)).toBeCloseTo(0.1, 2);
    expect(share(counts.replaced)).toBeCloseTo(0.1, 2);
    expect(replacements.size).toBeGreaterThan(950); // special tokens among them
    expect(Math.max(...replacements)).toBeGreaterThan(990);
    expect(places[0] + places[101]).toBe(0);
    // every place is as likely: 600 times each, sqrt(510) apart
    expect(Math.min(...places.subarray(1, 101))).toBeGreaterThan(500);
    expect(Math.max(...places.subarray(1, 101))).toBeLessThan(700);
  });

  it.each([
    [3, 1], // at least one
    [48, 8], // round(50 * 0.15) = round(7.5) = 8
    [28, 4], // round(30 * 0.15) = round(4.5) = 4, to the even one
    [198, 20], // at most 20
  ])('chooses of %d tokens %d', (tokens, expected) => {
    const ids = text(tokens);
    expect(maskTokens(ids, masking, maskingSettings({}, masking), new RandomStream(1))).toHaveLength(
      expected,
    );
  });

  it('chooses none where there are special tokens only', () => {
    expect(
      maskTokens(Int32Array.of(1, 2, 2), masking, maskingSettings({}, masking), new RandomStream(1)),
    ).toEqual([]);
  });

  it('chooses whole words, and passes over one that would exceed the number', () => {
    const words = { ...masking, continuesWord: (id: number) => id >= 500 };
    const settings = maskingSettings({ wholeWords: true, maxPredictions: 4 }, words);
    // words of 1, 3, 2 and 6 pieces, 3 times over; a piece that goes on right after [CLS] is a word of its own
    const pieces = [500, 100, 101, 500, 501, 102, 502, 103, 500, 501, 502, 503, 504];
    const ids = Int32Array.from([1, ...pieces, ...pieces.slice(1), ...pieces.slice(1), 2]);
    const original = ids.slice();
    for (let seed = 0; seed < 200; seed++) {
      const chosen = new Set(maskTokens(ids.slice(), words, settings, new RandomStream(seed)));
      expect(chosen.size).toBeLessThanOrEqual(4);
      for (const at of chosen) {
        if (original[at] >= 500 && at > 1) expect(chosen.has(at - 1)).toBe(true);
        if (original[at + 1] >= 500) expect(chosen.has(at + 1)).toBe(true);
        expect(original[at]).not.toBe(503);
      }
    }
  });

  it('needs to know what goes on a word', () => {
    expect(() => maskingSettings({ wholeWords: true }, masking)).toThrow(/continuesWord/);
  });
});

describe('data sets', () => {
  beforeAll(() => tf.setBackend('cpu'));
  let tensors = 0;
  beforeAll(() => {
    tensors = tf.memory().numTensors;
  });
  afterAll(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  const pairs = [
    { first: Int32Array.of(10, 11), second: Int32Array.of(20), isRandomNext: false },
    { first: Int32Array.of(12), second: Int32Array.of(21, 22, 23), isRandomNext: true },
  ];
  const values = (batch: object): Record<string, number[][] | number[]> =>
    Object.fromEntries(
      Object.entries(batch as Record<string, tf.Tensor>).map(([name, tensor]) => [
        name,
        tensor.arraySync() as number[],
      ]),
    );

  it('frames pairs, and labels say what was masked', () => {
    const data = preTrainingData(pairs, vocabulary, { maxPredictions: 3, paddedLength: () => 9 });
    expect(pairs.map((pair) => data.length(pair))).toEqual([6, 7]);
    const batch = data.collate(pairs, { seed: 1, step: 2, microBatch: 0 });
    const found = values(batch);
    tf.dispose(Object.values(batch) as tf.Tensor[]);
    const { maskedPositions, maskedLabels } = found as Record<string, number[][]>;
    const restored = (found.inputIds as number[][]).map((row) => [...row]);
    for (const [row, labels] of maskedLabels.entries()) {
      for (const [at, label] of labels.entries()) {
        if (label !== -100) restored[row][maskedPositions[row][at]] = label;
        else expect(maskedPositions[row][at]).toBe(0);
      }
    }
    expect(restored).toEqual([
      [1, 10, 11, 2, 20, 2, 0, 0, 0],
      [1, 12, 2, 21, 22, 23, 2, 0, 0],
    ]);
    expect(found.attentionMask).toEqual([
      [1, 1, 1, 1, 1, 1, 0, 0, 0],
      [1, 1, 1, 1, 1, 1, 1, 0, 0],
    ]);
    expect(found.tokenTypeIds).toEqual([
      [0, 0, 0, 0, 1, 1, 0, 0, 0],
      [0, 0, 0, 1, 1, 1, 1, 0, 0],
    ]);
    expect(found.nextSentenceLabels).toEqual([0, 1]);
    expect(found.maskedPerText).toEqual([1, 1]);
    expect(maskedLabels.map((row) => row.filter((label) => label !== -100).length)).toEqual([1, 1]);
  });

  it('says how many tokens of a text are to be predicted on average, over all texts and not those of the batch', () => {
    const lengths = [3, 17, 40, 40];
    const more = lengths.map((first) => ({
      first: new Int32Array(first).fill(9),
      second: Int32Array.of(8, 8),
      isRandomNext: false,
    }));
    const data = preTrainingData(more, vocabulary, { maxPredictions: 5 });
    for (const batch of [data.collate(more.slice(0, 1)), data.collate(more)]) {
      // of 8, 22 and twice 45 tokens: round(1.2), round(3.3) and the five that are allowed
      const found = [...batch.maskedPerText.dataSync()];
      expect(found).toEqual(found.map(() => (1 + 3 + 5 + 5) / 4));
      expect(batch.maskedPositions.shape).toEqual([found.length, 5]);
      tf.dispose(Object.values(batch) as tf.Tensor[]);
    }
  });

  it('masks anew in each step, alike for the same step, and always alike in evaluation', () => {
    const texts = [Int32Array.from({ length: 60 }, (_, i) => 100 + i)];
    const data = maskedTextData(texts, vocabulary);
    const positions = (run?: { seed: number; step: number; microBatch: number }): string => {
      const batch = data.collate(texts, run);
      const found = JSON.stringify(values(batch));
      tf.dispose(Object.values(batch) as tf.Tensor[]);
      return found;
    };
    const run = { seed: 5, step: 9, microBatch: 0 };
    expect(positions(run)).toBe(positions({ ...run }));
    expect(positions(run)).not.toBe(positions({ ...run, step: 10 }));
    expect(positions(run)).not.toBe(positions({ ...run, microBatch: 1 }));
    expect(positions(run)).not.toBe(positions({ ...run, seed: 6 }));
    expect(positions()).toBe(positions());
  });
});
