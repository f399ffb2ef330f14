import { describe, expect, it } from '@jest/globals';

import { accuracyVerdict } from '../src/noise.js';
import { keepsPromise, makeRow } from '../src/row.js';
import { mean, median, ratioOf, spread, standardDeviation } from '../src/statistics.js';

describe('statistics', () => {
  it('takes the middle value, and of an even number the mean of two, whatever their order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([100, 20, 3])).toBe(20); // sorted as numbers
    expect(median([])).toBeNaN();
  });

  it('leaves the values in their order', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('knows spread, mean and standard deviation', () => {
    expect(spread([3, 1, 2])).toEqual([1, 3]);
    expect(mean([1, 2, 6])).toBe(3);
    expect(standardDeviation([1, 3])).toBeCloseTo(Math.SQRT2, 12);
    expect(standardDeviation([7])).toBe(0);
  });

  it('has ratios above 1 where ours is better, whichever way the figure counts', () => {
    expect(ratioOf(100, 200, 'lower')).toBe(2); // half the time
    expect(ratioOf(100, 200, 'higher')).toBe(0.5); // half the batch
  });
});

describe('a row', () => {
  const row = makeRow({
    name: 'step',
    unit: 'ms',
    ours: [100, 110, 300],
    peer: [150, 220, 330],
    atLeast: 1.2,
  });

  it('has medians of both sides and the median of the ratios of the rounds', () => {
    expect(row).toMatchObject({ name: 'step', ours: 110, peer: 220, unit: 'ms', ratio: 1.5 });
    expect(row.rounds).toEqual({
      ours: [100, 110, 300],
      peer: [150, 220, 330],
      ratio: [1.5, 2, 330 / 300],
    });
    expect(row.spread).toEqual({ ours: [100, 300], peer: [150, 330], ratio: [1.1, 2] });
  });

  it('tells whether the promise is kept, by the ratio or by our own figure', () => {
    expect(keepsPromise(row)).toBe(true);
    expect(keepsPromise({ ...row, atLeast: 1.6 })).toBe(false);
    const alone = makeRow({ name: 'first', unit: 's', ours: [9], atMost: 8 });
    expect(keepsPromise(alone)).toBe(false);
    expect(keepsPromise({ ...alone, ours: 7 })).toBe(true);
    expect(keepsPromise({ ...row, holds: false })).toBe(false);
  });

  it('has neither ratio nor verdict without a peer', () => {
    const alone = makeRow({ name: 'step', unit: 'ms', ours: [1, 2, 3], atLeast: 1.2 });
    expect(alone).toMatchObject({ ours: 2, peer: null, ratio: null });
    expect(alone.spread.peer).toBeNull();
    expect(keepsPromise(alone)).toBeUndefined();
  });
});

describe('the verdict on accuracies', () => {
  it('takes twice the standard error of the seeds', () => {
    const verdict = accuracyVerdict([0.8, 0.82, 0.84], [0.83, 0.85, 0.87], 1_000_000);
    expect(verdict.difference).toBeCloseTo(-0.03, 12);
    expect(verdict.noise).toBeCloseTo(2 * Math.sqrt((2 * 0.02 ** 2) / 3), 12);
    expect(verdict.notWorse).toBe(true);
    expect(accuracyVerdict([0.7, 0.7, 0.7], [0.8, 0.8, 0.8], 1_000_000).notWorse).toBe(false);
  });

  it('never claims more than the number of examples allows', () => {
    const { noise, notWorse } = accuracyVerdict([0.79], [0.8], 300);
    expect(noise).toBeCloseTo(Math.sqrt((0.795 * 0.205) / 300), 12);
    expect(notWorse).toBe(true);
  });

  it('does not hold being better against us', () => {
    expect(accuracyVerdict([0.9, 0.9], [0.8, 0.8], 1_000_000).notWorse).toBe(true);
  });
});
