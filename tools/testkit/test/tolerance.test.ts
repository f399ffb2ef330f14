import { describe, expect, it } from '@jest/globals';

import { expectClose } from '../src/index.js';

describe('expectClose', () => {
  it('accepts what lies within the limit', () => {
    expectClose([1, 2.00001], [1, 2], { atol: 1e-4 });
    expectClose([100.5], [100], { atol: 0, rtolOfMax: 0.01 });
  });

  it.each([
    ['a value beyond the limit', [1, 2.1], [1, 2]],
    ['NaN where a number is expected', [NaN], [0]],
    ['a number where NaN is expected', [0], [NaN]],
    ['another length', [1], [1, 2]],
  ])('refuses %s', (_name, actual, expected) => {
    expect(() => expectClose(actual, expected, { atol: 1e-4 })).toThrow(/tensor/);
  });
});
