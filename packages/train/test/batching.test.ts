import { describe, expect, it } from '@jest/globals';

import { type BatchingOptions, paddingOf, paddingWaste, planBatches } from '../src/index.js';
import { RandomStream } from '../src/random.js';

/** Log-normal lengths with the given median and a long tail, cut as truncation does; the same at every call. */
function reviewLengths(count: number, median: number, spread: number, longest: number): number[] {
  const random = new RandomStream(count, median);
  const uniform = (): number => (random.next() + 0.5) / 2 ** 32;
  return Array.from({ length: count }, () => {
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    return Math.max(3, Math.min(longest, Math.round(median * Math.exp(spread * normal))));
  });
}

function wasteOf(lengths: number[], options: BatchingOptions): number {
  const figures = planBatches(lengths, options).map((batch) =>
    paddingOf(batch, lengths, options.paddedLength),
  );
  return paddingWaste({
    tokens: figures.reduce((sum, { tokens }) => sum + tokens, 0),
    paddedTokens: figures.reduce((sum, { paddedTokens }) => sum + paddedTokens, 0),
  });
}

const sorted = (batches: number[][]): number[] => batches.flat().sort((a, b) => a - b);
const DISTRIBUTIONS: [string, number[]][] = [
  ['2,400 sentences', reviewLengths(2400, 15, 0.6, 128)],
  ['20,000 sentences', reviewLengths(20000, 12, 0.8, 128)],
  ['25,000 reviews', reviewLengths(25000, 220, 0.7, 512)],
  ['700 reviews', reviewLengths(700, 220, 0.7, 512)],
];

describe('batching', () => {
  it.each(DISTRIBUTIONS)('wastes under 10 % on padding: %s', (_, lengths) => {
    const longest = Math.max(...lengths);
    expect(wasteOf(lengths, { batchSize: 32, seed: 1 })).toBeLessThan(0.1);
    expect(wasteOf(lengths, { batchTokens: 8 * longest, seed: 1 })).toBeLessThan(0.1);
    // what would be lost without grouping
    expect(wasteOf(lengths, { batchSize: 32, seed: 1, groupByLength: false })).toBeGreaterThan(0.3);
  });

  it('holds every example once and keeps to the size', () => {
    const lengths = reviewLengths(1000, 30, 0.8, 256);
    const all = lengths.map((_, i) => i);
    const tokens = planBatches(lengths, { batchTokens: 1024, seed: 3 });
    expect(sorted(tokens)).toEqual(all);
    for (const batch of tokens) expect(paddingOf(batch, lengths).paddedTokens).toBeLessThanOrEqual(1024);
    const fixed = planBatches(lengths, { batchSize: 32, seed: 3 });
    expect(sorted(fixed)).toEqual(all);
    expect(fixed.map(({ length }) => length).sort((a, b) => a - b)).toEqual([
      8,
      ...Array<number>(31).fill(32),
    ]);
  });

  it('holds every example once when a small rest joins the pool before it', () => {
    const lengths = reviewLengths(110, 30, 0.8, 256); // pools of 50 batches: 100 examples and a rest of 10
    expect(sorted(planBatches(lengths, { batchSize: 2 }))).toEqual(lengths.map((_, i) => i));
    const large = planBatches(lengths, { batchTokens: 256 });
    expect(sorted(large)).toEqual(lengths.map((_, i) => i));
  });

  it('makes the same batches from the same seed and epoch, others from others', () => {
    const lengths = reviewLengths(500, 30, 0.8, 256);
    const plan = (seed: number, epoch: number): number[][] =>
      planBatches(lengths, { batchTokens: 1024, seed, epoch });
    expect(plan(5, 2)).toEqual(plan(5, 2));
    expect(plan(5, 2)).not.toEqual(plan(5, 3));
    expect(plan(5, 2)).not.toEqual(plan(6, 2));
    expect(plan(5, 2)).not.toEqual(plan(2, 5));
    // not only the batches but their order: short ones must not all come first
    const means = plan(5, 2).map((batch) => paddingOf(batch, lengths).tokens / batch.length);
    const rising = means.filter((mean, i) => i > 0 && mean >= means[i - 1]).length / (means.length - 1);
    expect(rising).toBeGreaterThan(0.2);
    expect(rising).toBeLessThan(0.8);
  });

  it('is the plan that was written down (a change breaks resuming of old runs)', () => {
    expect(planBatches([5, 3, 9, 3, 5, 9, 1, 2], { batchSize: 3, seed: 42, epoch: 1 })).toEqual([
      [2, 5],
      [6, 7, 1],
      [3, 0, 4],
    ]);
  });

  it('keeps the given order when asked to', () => {
    const order = planBatches([9, 1, 5, 2, 7], { batchSize: 2, shuffle: false, groupByLength: false });
    expect(order).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('counts the length that collate pads to', () => {
    const paddedLength = (longest: number): number => Math.ceil(longest / 8) * 8;
    const batches = planBatches([5, 6, 7, 9], { batchTokens: 24, paddedLength, shuffle: false });
    expect(batches).toEqual([[3], [0, 1, 2]]);
    expect(paddingOf([0, 1, 2], [5, 6, 7, 9], paddedLength)).toEqual({ tokens: 18, paddedTokens: 24 });
  });

  it('refuses an example over the budget', () => {
    expect(() => planBatches([5, 600], { batchTokens: 512 })).toThrow(
      expect.objectContaining({
        code: 'example-too-long',
        message: expect.stringContaining('Example 1 alone makes a batch of 600 tokens'),
      }),
    );
  });
});

describe('random stream', () => {
  it('is fair: every permutation of three about as often', () => {
    const counts = new Map<string, number>();
    for (let epoch = 0; epoch < 6000; epoch++) {
      const key = planBatches([1, 1, 1], { batchSize: 3, seed: 9, epoch, groupByLength: false }).join();
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    expect(counts.size).toBe(6);
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('spreads its numbers evenly', () => {
    const random = new RandomStream(0, 0);
    let sum = 0;
    for (let i = 0; i < 100000; i++) sum += random.next() / 2 ** 32;
    expect(Math.abs(sum / 100000 - 0.5)).toBeLessThan(0.005);
  });
});
