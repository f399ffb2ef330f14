import { describe, expect, it } from '@jest/globals';

import { closest, editDistance } from '../src/suggest.js';

describe('suggestions', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    ['', 'abc', 3],
    ['same', 'same', 0],
  ])('distance of %s and %s', (a, b, distance) => expect(editDistance(a, b)).toBe(distance));

  it('names the nearest word, or none', () => {
    expect(closest('epochz', ['epochs', 'seed'])).toBe('epochs');
    expect(closest('batch', ['batch-size', 'seed'])).toBe('batch-size');
    expect(closest('qqqqq', ['epochs', 'seed'])).toBeUndefined();
    expect(closest('x', ['text'])).toBeUndefined();
  });
});
