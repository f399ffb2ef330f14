import { describe, expect, it } from '@jest/globals';

import { SuccessiveHalving } from '../../src/tune/successive-halving.js';

describe('SuccessiveHalving', () => {
  it('compares after powers of eta', () => {
    const rungs = (eta: number): number[] =>
      Array.from({ length: 30 }, (_, at) => at + 1).filter((epoch) =>
        new SuccessiveHalving(eta).isRung(epoch),
      );
    expect(rungs(3)).toEqual([1, 3, 9, 27]);
    expect(rungs(2)).toEqual([1, 2, 4, 8, 16]);
  });

  it('lets the best share of what has come go on, the first ones only if they lead', () => {
    const halving = new SuccessiveHalving(3);
    const scores = [0.5, 0.4, 0.6, 0.55, 0.3, 0.58, 0.57, 0.59, 0.1];
    // n = 1..9: the best 1, 1, 1, 1, 1, 2, 2, 2, 3 of n go on
    expect(scores.map((score) => halving.report(1, score))).toEqual([
      ...[true, false, true, false, false, true, false, true, false],
    ]);
  });

  it('keeps rungs apart', () => {
    const halving = new SuccessiveHalving(3);
    halving.report(1, 0.9);
    expect(halving.report(3, 0.1)).toBe(true);
  });

  it('about one in eta goes on of many', () => {
    const halving = new SuccessiveHalving(4);
    const kept = Array.from({ length: 1000 }, (_, at) => halving.report(1, (at * 7919) % 1000)).filter(
      Boolean,
    );
    expect(kept.length / 1000).toBeGreaterThan(0.2);
    expect(kept.length / 1000).toBeLessThan(0.3);
  });
});
