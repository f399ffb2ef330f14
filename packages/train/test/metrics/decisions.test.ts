import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';

import {
  bootstrapInterval,
  decisionThreshold,
  fitTemperature,
  logLossScore,
  rocAucScore,
  scaledProbabilities,
  type ThresholdObjective,
} from '../../src/index.js';
import { quantile } from '../../src/metrics/bootstrap.js';
import { expectSame, expectSameList } from './golden.js';

interface Golden {
  readonly temperatures: {
    name: string;
    columns: number;
    labels: number[];
    logits: number[];
    temperature: number;
    lossBefore: number;
    lossAfter: number;
  }[];
  readonly thresholds: {
    name: string;
    labels: number[];
    scores: number[];
    costs: { falsePositiveCost: number; falseNegativeCost: number };
    best: Record<string, number>;
  }[];
  readonly quantiles: { values: number[]; shares: number[]; expected: number[] };
  readonly bootstrap: {
    labels: number[];
    scores: number[];
    expected: Record<string, { low: number; high: number; standardError: number }>;
  };
}

// tools/reference/metrics.py: scipy 1.17.1, scikit-learn 1.9.1, numpy
const file = new URL('../golden/metrics.json', import.meta.url);
const golden = JSON.parse(readFileSync(file, 'utf8')) as Golden;

describe('temperature scaling', () => {
  it.each(golden.temperatures)('finds the minimum of scipy $name', (fixture) => {
    const { labels, logits, columns } = fixture;
    const found = fitTemperature(labels, logits, columns);
    expectSame(found.temperature, fixture.temperature, 'temperature');
    expectSame(found.lossBefore, fixture.lossBefore, 'loss before');
    expectSame(found.lossAfter, fixture.lossAfter, 'loss after');
    const scaled = scaledProbabilities(logits, found.temperature, columns);
    expectSame(logLossScore(labels, scaled, columns), fixture.lossAfter, 'log loss of the scaled');
  });

  it('never raises the loss, whatever it is given', () => {
    for (let seed = 0; seed < 200; seed++) {
      const value = (i: number): number =>
        Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 10 ** ((seed % 9) - 4);
      const labels = Array.from({ length: 1 + (seed % 7) }, (_, i) => (i * 7 + seed) % 3);
      const logits = labels.flatMap((_, i) => [value(3 * i), value(3 * i + 1), value(3 * i + 2)]);
      const { temperature, lossBefore, lossAfter } = fitTemperature(labels, logits, 3);
      expect(lossAfter).toBeLessThanOrEqual(lossBefore);
      expect(temperature).toBeGreaterThanOrEqual(1e-3 * (1 - 1e-9));
      expect(temperature).toBeLessThanOrEqual(1e3 * (1 + 1e-9));
    }
  });

  it('ends at a bound where there is no minimum', () => {
    const allRight = fitTemperature([1, 0], [0, 2, 2, 0], 2);
    expect(allRight.temperature).toBeLessThan(0.01);
    expect(allRight.lossAfter).toBeLessThan(1e-80);
    expect(fitTemperature([0, 1], [0, 2, 2, 0], 2).temperature).toBeCloseTo(1e3, 3); // all wrong
    expect(fitTemperature([0, 1], [0, 0, 0, 0], 2).temperature).toBe(1); // nothing to tell
  });

  it('refuses what has no logit', () => {
    const refusal = expect.objectContaining({ code: 'invalid-scores' });
    expect(() => fitTemperature([], [], 2)).toThrow(refusal);
    expect(() => fitTemperature([2], [0, 1], 2)).toThrow(refusal);
    expect(() => fitTemperature([0], [-Infinity, 0], 2)).toThrow(refusal);
  });
});

describe('decision threshold', () => {
  it.each(golden.thresholds)('is as good as any by scikit-learn $name', ({ labels, scores, costs, best }) => {
    for (const [name, value] of Object.entries(best)) {
      const objective = name === 'cost' ? costs : (name as ThresholdObjective);
      const found = decisionThreshold(labels, scores, objective);
      expectSame(found.value, value, name);
      const said = scores.map((score) => score >= found.threshold);
      const count = (label: number, positive: boolean): number =>
        labels.filter((each, i) => each === label && said[i] === positive).length;
      expect(found).toMatchObject({
        truePositives: count(1, true),
        falsePositives: count(0, true),
        trueNegatives: count(0, false),
        falseNegatives: count(1, false),
      });
    }
  });

  it('lies between scores; of equals the one nearest to 0.5, then the lower', () => {
    expect(decisionThreshold([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9])).toMatchObject({ threshold: 0.5, value: 1 });
    // 0.3 and 0.7 are both right three times of four
    const tie = decisionThreshold([0, 1, 0, 1], [0.2, 0.4, 0.6, 0.8], 'accuracy');
    expect(tie.threshold).toBeCloseTo(0.3, 12);
    expect(decisionThreshold([0, 1, 0, 1], [0.4, 0.6, 0.8, 1.6], 'accuracy').threshold).toBeCloseTo(0.5, 12);
  });

  it('takes all or none where that costs least', () => {
    const [labels, scores] = [
      [1, 0, 1, 0],
      [0.1, 0.9, 0.4, 0.6],
    ];
    const all = decisionThreshold(labels, scores, { falsePositiveCost: 1, falseNegativeCost: 100 });
    expect(all).toMatchObject({ threshold: 0.1, value: 2, falseNegatives: 0 });
    const none = decisionThreshold(labels, scores, { falsePositiveCost: 100, falseNegativeCost: 1 });
    expect(none).toMatchObject({ value: 2, falsePositives: 0, truePositives: 0 });
    expect(none.threshold).toBeGreaterThan(0.9);
    expect(none.threshold).toBeCloseTo(0.9, 12);
  });

  it('needs both classes and scores', () => {
    expect(() => decisionThreshold([1, 1], [0.2, 0.3])).toThrow(/found 2 and 0\. Choose/);
    expect(() => decisionThreshold([1, 0], [NaN, 0.3])).toThrow(/invalid|NaN/);
    expect(() =>
      decisionThreshold([1, 0], [0.1, 0.3], { falsePositiveCost: -1, falseNegativeCost: 1 }),
    ).toThrow(/falsePositiveCost must be/);
  });
});

describe('bootstrap interval', () => {
  it('has the quantiles of numpy', () => {
    const { values, shares, expected } = golden.quantiles;
    expectSameList(
      shares.map((share) => quantile(values, share)),
      expected,
      'quantile',
    );
    expect(quantile([], 0.5)).toBeNaN();
  });

  it.each(['mean', 'accuracy', 'roc_auc'])('agrees with that of scipy up to drawing: %s', (name) => {
    const { labels, scores, expected } = golden.bootstrap;
    const figures: Record<string, (at: Uint32Array) => number> = {
      mean: (at) => at.reduce((sum, i) => sum + scores[i], 0) / at.length,
      accuracy: (at) => at.reduce((sum, i) => sum + +(labels[i] === +(scores[i] >= 0.5)), 0) / at.length,
      roc_auc: (at) =>
        rocAucScore(
          [...at].map((i) => labels[i]),
          [...at].map((i) => scores[i]),
        ),
    };
    const { low, high, standardError } = bootstrapInterval(labels.length, figures[name], { resamples: 2000 });
    const wanted = expected[name];
    const noise = wanted.standardError / 4; // of a quantile near 2.5 % from 2,000 draws, about 4 deviations
    expect(Math.abs(low - wanted.low)).toBeLessThan(noise);
    expect(Math.abs(high - wanted.high)).toBeLessThan(noise);
    expect(Math.abs(standardError / wanted.standardError - 1)).toBeLessThan(0.05);
  });

  it('depends on the seed alone', () => {
    const spread = (at: Uint32Array): number => at.reduce((sum, i) => sum + i, 0);
    const options = { resamples: 50, confidence: 0.8 };
    const first = bootstrapInterval(30, spread, options);
    expect(bootstrapInterval(30, spread, options)).toEqual(first);
    expect(bootstrapInterval(30, spread, { ...options, seed: 1 })).not.toEqual(first);
    const wide = bootstrapInterval(30, spread, { ...options, confidence: 0.99 });
    expect(wide.low).toBeLessThan(first.low);
    expect(wide.high).toBeGreaterThan(first.high);
  });

  it('keeps every stratum its size, and counts what is undefined without', () => {
    const labels = [1, 0, 0, 0, 0, 0, 0, 0];
    const auc = (at: Uint32Array): number =>
      rocAucScore(
        [...at].map((i) => labels[i]),
        [...at].map((i) => i),
      );
    const positives = new Set<number>();
    const within = bootstrapInterval(
      8,
      (at) => {
        positives.add([...at].filter((i) => labels[i] === 1).length);
        return auc(at);
      },
      { resamples: 100, strata: labels },
    );
    expect([...positives]).toEqual([1]);
    expect(within).toMatchObject({ low: 0, high: 0, undefinedResamples: 0 });
    // (7/8)^8 = 34 % of the resamples have no positive
    const without = bootstrapInterval(8, auc, { resamples: 1000 });
    expect(without.undefinedResamples / 1000).toBeCloseTo(0.34, 1);
  });

  it('refuses what cannot be', () => {
    expect(() => bootstrapInterval(0, () => 1)).toThrow(/examples must be/);
    expect(() => bootstrapInterval(2, () => 1, { confidence: 1 })).toThrow(/confidence/);
    expect(() => bootstrapInterval(2, () => 1, { strata: [1] })).toThrow(/strata/);
  });
});
