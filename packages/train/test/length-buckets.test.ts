import { describe, expect, it } from '@jest/globals';

import {
  type BatchSizing,
  fullRows,
  lengthBuckets,
  paddingOf,
  paddingWaste,
  padToBuckets,
  planBatches,
} from '../src/index.js';
import { RandomStream } from '../src/random.js';

const random = new RandomStream(7, 3);
const below = (limit: number): number => random.next() % limit;
/** Lengths with a long tail. */
const tailed = (count: number, longest: number): number[] =>
  Array.from({ length: count }, () => 1 + Math.floor((below(longest) * below(longest)) / longest));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
/** Tokens of all examples, each padded to its bucket. */
const padded = (lengths: readonly number[], buckets: readonly number[]): number =>
  sum(lengths.map(padToBuckets(buckets)));

/** Every way to choose at most `count` of the values with the last among them. */
function choices(values: readonly number[], count: number): number[][] {
  const last = values[values.length - 1];
  const subsets = values
    .slice(0, -1)
    .reduce<number[][]>((found, value) => [...found, ...found.map((set) => [...set, value])], [[]]);
  return subsets.filter(({ length }) => length < count).map((set) => [...set, last]);
}

describe('length buckets', () => {
  it('are the best there are', () => {
    for (let round = 0; round < 40; round++) {
      const lengths = tailed(1 + below(30), 40).map((length) => Math.min(length, 2 + below(12)));
      const values = [...new Set(lengths)].sort((a, b) => a - b);
      const count = 1 + below(4);
      const price = below(3) === 0 ? below(20) : 0;
      const buckets = lengthBuckets(lengths, { count, price });
      const total = (set: readonly number[]): number => padded(lengths, set) + price * set.length;
      expect(total(buckets)).toBe(Math.min(...choices(values, count).map(total)));
    }
  });

  it('hold every length, are at most as many as asked for, and beat buckets of equal width', () => {
    for (let round = 0; round < 60; round++) {
      const lengths = tailed(1 + below(300), 1 + below(500));
      const count = 1 + below(9);
      const multipleOf = [1, 1, 8][below(3)];
      const buckets = lengthBuckets(lengths, { count, multipleOf });
      const longest = Math.ceil(Math.max(...lengths) / multipleOf) * multipleOf;
      expect(buckets.length).toBeLessThanOrEqual(count);
      expect(buckets).toEqual([...new Set(buckets)].sort((a, b) => a - b));
      expect(buckets[buckets.length - 1]).toBe(longest);
      expect(buckets.every((bucket) => bucket % multipleOf === 0)).toBe(true);
      const width = Math.ceil(longest / multipleOf / count) * multipleOf;
      const equal = Array.from({ length: count }, (_, i) => Math.min(longest, (i + 1) * width));
      expect(padded(lengths, buckets)).toBeLessThanOrEqual(padded(lengths, equal));
    }
  });

  it('of batches are the best for the batches, which the longest sets', () => {
    const lengths = tailed(500, 90);
    const wasteWith = (batchSize?: number): number => {
      const paddedLength = padToBuckets(lengthBuckets(lengths, { count: 5, batchSize }));
      const batches = planBatches(lengths, { batchSize: 32, paddedLength });
      return sum(batches.map((batch) => paddingOf(batch, lengths, paddedLength).paddedTokens));
    };
    expect(wasteWith(32)).toBeLessThan(wasteWith());
  });

  it('grow fewer as they cost more', () => {
    const lengths = tailed(1000, 120);
    const counts = [0, 200, 1000, 5000, 1e9].map(
      (price) => lengthBuckets(lengths, { count: 8, price }).length,
    );
    expect(counts[0]).toBe(8);
    expect(counts[4]).toBe(1);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(new Set(counts).size).toBeGreaterThan(2);
  });

  it('leave a text longer than all of them as it is', () => {
    const pad = padToBuckets([4, 10]);
    expect([1, 4, 5, 10, 11, 300].map(pad)).toEqual([4, 4, 10, 10, 11, 300]);
  });

  it('refuse what makes no sense', () => {
    expect(() => lengthBuckets([], { count: 0, price: -1 })).toThrow(
      /count must .* found 0; price must .* found -1; lengths must have at least one/,
    );
  });
});

describe('batches padded to few lengths', () => {
  const lengths = tailed(1000, 100);
  const buckets = lengthBuckets(lengths, { count: 6 });
  const paddedLength = padToBuckets(buckets);
  const plan = (sizing: BatchSizing, epoch: number): number[][] =>
    planBatches(lengths, { ...sizing, seed: 5, epoch, paddedLength });

  it.each<BatchSizing>([{ batchSize: 32 }, { batchTokens: 1500 }])('are full but one: %j', (sizing) => {
    for (const epoch of [0, 1]) {
      const batches = plan(sizing, epoch);
      expect(batches.flat().sort((a, b) => a - b)).toEqual(lengths.map((_, i) => i));
      const shapes = batches.map((batch) => {
        const length = paddedLength(Math.max(...batch.map((index) => lengths[index])));
        return { rows: batch.length, length };
      });
      const rests = shapes.filter(({ rows, length }) => rows !== fullRows(length, sizing));
      expect(rests.length).toBeLessThanOrEqual(1);
      for (const { length } of rests) expect(length).toBe(buckets[0]);
      expect(new Set(shapes.map(({ length }) => length)).size).toBeLessThanOrEqual(buckets.length);
      for (const { rows, length } of shapes) expect(rows).toBeLessThanOrEqual(fullRows(length, sizing));
    }
  });

  it('mix texts of one padded length anew in each epoch', () => {
    const [first, second] = [0, 1].map((epoch) => plan({ batchSize: 32 }, epoch));
    const together = new Set(first.flatMap((batch) => batch.map((index) => `${batch[0]},${index}`)));
    const again = second.flatMap((batch) => batch.map((index) => together.has(`${batch[0]},${index}`)));
    expect(again.filter(Boolean).length / again.length).toBeLessThan(0.1);
  });

  it('waste little more than the lengths themselves cost', () => {
    const tokens = sum(lengths);
    const batches = plan({ batchSize: 16 }, 0);
    const paddedTokens = sum(batches.map((batch) => paddingOf(batch, lengths, paddedLength).paddedTokens));
    const ideal = padded(lengths, buckets);
    expect(paddingWaste({ tokens, paddedTokens })).toBeLessThan(
      paddingWaste({ tokens, paddedTokens: ideal }) + 0.04,
    );
  });

  it('have as many rows as the sizing allows', () => {
    expect(fullRows(100, { batchSize: 8 })).toBe(8);
    expect(fullRows(100, { batchTokens: 450 })).toBe(4);
    expect(fullRows(100, {})).toBe(32);
  });
});
