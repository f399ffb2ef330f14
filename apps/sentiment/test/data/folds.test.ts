import { describe, expect, it } from '@jest/globals';

import { stratifiedFolds } from '../../src/data/folds.js';

interface Item {
  readonly label: string;
  readonly text: string;
}

const items = (counts: Readonly<Record<string, number>>): Item[] =>
  Object.entries(counts).flatMap(([label, count]) =>
    Array.from({ length: count }, (_, i) => ({ label, text: `${label} ${i}` })),
  );

const deal = (all: readonly Item[], folds: number, seed = 1): number[] =>
  stratifiedFolds(all, { folds, seed, stratum: ({ label }) => label, key: ({ text }) => text });

/** Examples of each class in each fold. */
function counts(all: readonly Item[], dealt: readonly number[], folds: number): number[][] {
  const names = [...new Set(all.map(({ label }) => label))];
  return Array.from({ length: folds }, (_, fold) =>
    names.map((name) => all.filter(({ label }, at) => label === name && dealt[at] === fold + 1).length),
  );
}

const spread = (values: readonly number[]): number => Math.max(...values) - Math.min(...values);

describe('stratifiedFolds', () => {
  it('gives every class the sizes that StratifiedKFold of scikit-learn gives it', () => {
    const all = items({ a: 23, b: 11, c: 7 });
    const found = counts(all, deal(all, 4), 4);
    const sklearn = [
      [6, 3, 2],
      [6, 3, 1],
      [6, 2, 2],
      [5, 3, 2],
    ];
    // scikit-learn 1.9.1, StratifiedKFold(4): which fold gets the odd ones is its own affair
    const sizes = (of: number[][]): number[][] =>
      [0, 1, 2].map((k) => of.map((fold) => fold[k] ?? NaN).sort((x, y) => x - y));
    expect(sizes(found)).toEqual(sizes(sklearn));
    expect(spread(found.map((fold) => fold.reduce((sum, n) => sum + n, 0)))).toBeLessThanOrEqual(1);
  });

  it.each([
    [{ a: 100, b: 1 }, 5],
    [{ a: 3, b: 50, c: 17, d: 2 }, 7],
    [{ a: 10, b: 10 }, 10],
    [{ a: 4 }, 4],
  ])('classes and folds differ by at most one: %j in %d', (sizes, folds) => {
    for (const seed of [1, 2, 3]) {
      const all = items(sizes);
      const found = counts(all, deal(all, folds, seed), folds);
      Object.keys(sizes).forEach((_, k) =>
        expect(spread(found.map((fold) => fold[k] ?? NaN))).toBeLessThan(2),
      );
      expect(spread(found.map((fold) => fold.reduce((sum, n) => sum + n, 0)))).toBeLessThan(2);
    }
  });

  it('keeps equal texts together, and evens out with the others', () => {
    const again = Array.from({ length: 6 }, () => ({ label: 'a', text: 'the same' }));
    const all = [...items({ a: 30, b: 12 }), ...again];
    const dealt = deal(all, 4);
    expect(new Set(dealt.slice(-6)).size).toBe(1);
    expect(counts(all, dealt, 4).map(([a]) => a)).toEqual([9, 9, 9, 9]);
  });

  it('hangs on the seed, and on nothing else', () => {
    const all = items({ a: 20, b: 20 });
    expect(deal(all, 5, 1)).toEqual(deal(all, 5, 1));
    expect(deal(all, 5, 1)).not.toEqual(deal(all, 5, 2));
  });
});
