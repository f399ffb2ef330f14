import { describe, expect, it } from '@jest/globals';

import { type LearningRateSuggestion, suggestLearningRate, type SuggestionOptions } from '../../src/index.js';
import { RandomStream } from '../../src/random.js';

const decades = Array.from({ length: 61 }, (_, step) => -6 + step / 10);

/** The suggestion of a curve that is not smoothed. */
function suggest(losses: readonly number[], options?: SuggestionOptions): LearningRateSuggestion | undefined {
  const learningRates = decades.slice(0, losses.length).map((decade) => 10 ** decade);
  return suggestLearningRate({ learningRates, losses, smoothedLosses: losses }, { smoothing: 0, ...options });
}

describe('suggestLearningRate', () => {
  it('finds the steepest point of a known curve, and its slope a decade', () => {
    // Falls by 1 in a logistic curve round 1e-3: steepest there, with slope -k / 4.
    const k = 3;
    const found = suggest(decades.map((decade) => 2 - 1 / (1 + Math.exp(-k * (decade + 3)))))!;
    expect(Math.abs(Math.log10(found.steepest) + 3)).toBeLessThan(0.11);
    expect(Math.abs(found.slope + k / 4)).toBeLessThan(0.02);
    expect(found.minimumStep).toBe(60);
    expect(found.minimum).toBe(1);
    expect(found.tenthOfMinimum).toBe(0.1);
    expect(found.fall).toBeCloseTo(1, 2);
  });

  it('looks before the minimum only: after the turn losses jump down again', () => {
    const losses = decades.map((decade) => 1 + Math.abs(decade + 3) / 10);
    losses[45] = 5;
    losses[46] = 1.5;
    const found = suggest(losses)!;
    expect(found.minimumStep).toBe(30);
    expect(found.minimum).toBeCloseTo(1e-3, 12);
    expect(found.steepestStep).toBeLessThan(30);
    expect(found.slope).toBeCloseTo(-0.1, 9);
  });

  it('leaves out the first tenth of what was planned', () => {
    const losses = decades.map((decade) => 1 - decade / 10);
    losses[1] = 1.65; // the average of two or three losses
    expect(suggest(losses)!.steepestStep).toBeGreaterThanOrEqual(6);
    expect(suggest(losses.slice(0, 40), { plannedSteps: 150 })!.steepestStep).toBeGreaterThanOrEqual(15);
    expect(suggest(losses.slice(0, 20), { plannedSteps: 200 })).toBeUndefined();
  });

  it('suggests nothing from noise, at whatever smoothing', () => {
    for (const smoothing of [0, 0.5, 0.9, 0.98]) {
      for (let seed = 0; seed < 40; seed++) {
        const smoothedOf = (fall: number): LearningRateSuggestion | undefined => {
          const random = new RandomStream(seed);
          const noise = (): number => random.below(2001) / 10_000 - 0.1;
          const losses = decades.map((_, step) => 0.7 + noise() - (fall * step) / decades.length);
          let [sum, weight] = [0, 0];
          const smoothedLosses = losses.map((loss) => {
            sum = smoothing * sum + (1 - smoothing) * loss;
            weight = smoothing * weight + (1 - smoothing);
            return sum / weight;
          });
          const learningRates = decades.map((decade) => 10 ** decade);
          return suggestLearningRate({ learningRates, losses, smoothedLosses }, { smoothing });
        };
        expect(smoothedOf(0)).toBeUndefined();
        const found = smoothedOf(1);
        expect(found!.fall).toBeGreaterThan(4 * found!.standardError);
      }
    }
  });

  it.each([
    ['rises', decades.map((decade) => 7 + decade)],
    ['stays', decades.map(() => 0.7)],
    ['is not there', []],
  ])('a loss that %s suggests nothing', (_, losses) => {
    expect(suggest(losses, { plannedSteps: 61 })).toBeUndefined();
  });
});
