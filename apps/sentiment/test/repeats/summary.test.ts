import { describe, expect, it } from '@jest/globals';

import { studentT } from '../../src/repeats/student-t.js';
import { repeatedFigures, summaryTable } from '../../src/repeats/summary.js';

describe('studentT', () => {
  // scipy.stats.t.ppf(0.975, freedom), scipy 1.17.1
  it.each([
    [1, 12.706204736174694],
    [2, 4.302652729749462],
    [3, 3.1824463052837078],
    [4, 2.7764451051977934],
    [5, 2.5705818356363146],
    [9, 2.262157162798205],
    [10, 2.228138851986274],
    [29, 2.045229642132703],
  ])('%d degrees of freedom', (freedom, expected) => {
    expect(studentT(freedom)).toBeCloseTo(expected, 9);
  });
});

describe('repeatedFigures', () => {
  const runs = [0.81, 0.84, 0.79, 0.86, 0.83].map((accuracy) => ({ accuracy }));

  it('of seeds: mean, deviation and interval as numpy and scipy have them', () => {
    const { mean, sd, interval, values } = repeatedFigures('seeds', runs).accuracy ?? {};
    expect(mean).toBeCloseTo(0.826, 12);
    expect(sd).toBeCloseTo(0.0270185121722126, 12);
    expect(interval?.[0]).toBeCloseTo(0.7924520861507335, 9);
    expect(interval?.[1]).toBeCloseTo(0.8595479138492664, 9);
    expect(values).toEqual([0.81, 0.84, 0.79, 0.86, 0.83]);
  });

  it('of folds: a wider interval, since folds share what they learn from', () => {
    const { mean, interval } = repeatedFigures('folds', runs).accuracy ?? {};
    expect(mean).toBeCloseTo(0.826, 12);
    expect(interval?.[0]).toBeCloseTo(0.7756781292261001, 9);
    expect(interval?.[1]).toBeCloseTo(0.8763218707738998, 9);
  });

  it('is undefined where one run leaves a figure undefined', () => {
    const figures = repeatedFigures('seeds', [{ 'ROC AUC': 0.9 }, { 'ROC AUC': null }]);
    expect(figures['ROC AUC']).toEqual({ mean: null, sd: null, interval: null, values: [0.9, null] });
    expect(summaryTable(['seed 1', 'seed 2'], figures)).toEqual([
      '  figure        mean         sd        low       high  seed 1     seed 2',
      '  ROC AUC  undefined  undefined  undefined  undefined  0.9000  undefined',
    ]);
  });
});
