import { describe, expect, it } from '@jest/globals';

import {
  averagePrecision,
  balancedAccuracy,
  brier,
  calibrationError,
  type HostTensor,
  type Metric,
  rmse,
  rocAuc,
} from '../../src/index.js';

function tensor(values: ArrayLike<number>, shape: number[]): HostTensor {
  return { values: Float32Array.from(values), shape };
}

const binary = {
  predictions: tensor([0.1, 0.41, 0.35, 0.83], [4, 1]),
  labels: tensor([0, 0, 1, 1], [4]),
};
/** The same decisions as two columns. */
const twoColumns = {
  predictions: tensor([0.9, 0.1, 0.59, 0.41, 0.65, 0.35, 0.17, 0.83], [4, 2]),
  labels: binary.labels,
};
const threeClasses = {
  predictions: tensor([0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.4, 0.3, 0.3, 0.75, 0.15, 0.1], [4, 3]),
  labels: tensor([0, 1, 2, 2], [4]),
};
const twoLabels = {
  predictions: tensor([0.9, 0.1, 0.2, 0.05, 0.3, 0.7], [3, 2]),
  labels: tensor([1, 0, 0, 1, 1, 1], [3, 2]),
};

describe('metrics of probabilities', () => {
  // by scikit-learn 1.9.1: roc_auc_score, average_precision_score, brier_score_loss on the numbers above
  it.each([
    { metric: rocAuc(), two: 0.75, three: 29 / 36, labels: 0.75 },
    { metric: averagePrecision(), two: 5 / 6, three: 0.75, labels: 11 / 12 },
    { metric: brier(), two: 0.157375, three: 0.58375, labels: 1.5425 / 6 },
  ])('tell the problem from the shapes: $metric.name', ({ metric, two, three, labels }) => {
    const value = ({ predictions, labels }: typeof binary): number => metric.compute(predictions, labels);
    expect(value(binary)).toBeCloseTo(two, 6);
    expect(value(twoColumns)).toBeCloseTo(two, 6);
    expect(value(threeClasses)).toBeCloseTo(three, 6);
    expect(value(twoLabels)).toBeCloseTo(labels, 6);
  });

  it('measure calibration by the probability of the class that is named', () => {
    const value = calibrationError({ bins: 5 }).compute(twoColumns.predictions, twoColumns.labels);
    expect(calibrationError({ bins: 5 }).compute(binary.predictions, binary.labels)).toBeCloseTo(value, 6);
    // confidences 0.9 and 0.83 right in bin (0.8, 1]; 0.59 right in (0.4, 0.6]; 0.65 wrong in (0.6, 0.8]
    expect(value).toBeCloseTo((0.1 + 0.17 + 0.41 + 0.65) / 4, 6);
  });

  it('say which is better', () => {
    const directions = (metrics: Metric[]): unknown[] => metrics.map(({ better }) => better);
    expect(directions([rocAuc(), averagePrecision(), balancedAccuracy()])).toEqual(Array(3).fill('higher'));
    expect(directions([brier(), calibrationError(), rmse()])).toEqual(Array(3).fill('lower'));
  });

  it('need two classes where they compare them', () => {
    const single = tensor([1, 1, 1, 1], [4]);
    for (const metric of [rocAuc(), averagePrecision({ name: 'ap' })]) {
      const refusal = new RegExp(
        `^${metric.name}: expected labels of at least two classes, found only class 1 in 4`,
      );
      expect(() => metric.compute(binary.predictions, single)).toThrow(refusal);
      expect(() => metric.checkLabels?.(single)).toThrow(refusal);
      expect(() => metric.checkLabels?.(binary.labels)).not.toThrow();
    }
    expect(brier().compute(binary.predictions, single)).toBeGreaterThan(0);
  });

  it('count a balanced accuracy', () => {
    const labels = tensor([0, 0, 0, 1], [4]);
    expect(balancedAccuracy().compute(tensor([0.1, 0.2, 0.7, 0.9], [4, 1]), labels)).toBeCloseTo(5 / 6, 12);
    expect(() => balancedAccuracy().compute(twoLabels.predictions, twoLabels.labels)).toThrow(
      /found several/,
    );
  });
});
