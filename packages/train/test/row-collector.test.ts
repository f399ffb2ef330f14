import { describe, expect, it } from '@jest/globals';

import { RowCollector } from '../src/row-collector.js';

describe('rows of batches', () => {
  it('come back in the order of the examples', () => {
    const rows = new RowCollector('predictions', 3);
    rows.add([2, 0], [5, 6, 1, 2], [2, 2]);
    rows.add([1], [3, 4], [1, 2]);
    expect(rows.result()).toEqual({ values: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] });
  });

  it('must be alike', () => {
    const rows = new RowCollector('labels', 3);
    rows.add([0], [1, 2], [1, 2]);
    expect(() => rows.add([1], [1, 2, 3], [1, 3])).toThrow(/labels: expected shape \[1, 2\].*found \[1, 3\]/);
    expect(() => rows.add([1, 2], [1, 2], [1, 2])).toThrow(/expected shape \[2, 2\].*found \[1, 2\]/);
  });

  it('of tokens are filled up to the longest, whichever comes first', () => {
    const short = [[1], [10, 11, 20, 21], [1, 2, 2]] as const;
    const long = [
      [2, 0],
      [50, 51, 60, 61, 70, 71, 1, 2, 3, 4, 5, 6],
      [2, 3, 2],
    ] as const;
    for (const order of [
      [short, long],
      [long, short],
    ]) {
      const rows = new RowCollector('predictions', 3, NaN);
      for (const [indices, values, shape] of order) rows.add(indices, values, shape);
      expect(rows.result()).toEqual({
        values: Float32Array.of(1, 2, 3, 4, 5, 6, 10, 11, 20, 21, NaN, NaN, 50, 51, 60, 61, 70, 71),
        shape: [3, 3, 2],
      });
    }
  });

  it('of tokens must be alike but for their number', () => {
    const rows = new RowCollector('predictions', 3, NaN);
    rows.add([0], [1, 2], [1, 1, 2]);
    expect(() => rows.add([1], [1, 2, 3], [1, 1, 3])).toThrow(/expected shape \[1, 1, 2\]/);
    expect(() => rows.add([1], [1, 2], [1, 2])).toThrow(/expected shape \[1, 1, 2\]/);
  });
});
