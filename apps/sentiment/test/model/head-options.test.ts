import { describe, expect, it } from '@jest/globals';

import type { Example, LabelSpace } from '../../src/data/labels.js';
import { checkRegressionOptions, classifierOptions } from '../../src/model/head-options.js';

const none = { labelSmoothing: 0, classWeights: 'none' } as const;
const balanced = { labelSmoothing: 0.1, classWeights: 'balanced' } as const;

function examples(...targets: number[][]): Example[] {
  return targets.map((target) => ({ text: '', target }));
}

describe('classifierOptions', () => {
  const single = { task: 'single-label', names: ['a', 'b'] } as const satisfies LabelSpace;

  it('passes on what the heads need', () => {
    expect(classifierOptions(single, none, [])).toEqual({
      labels: ['a', 'b'],
      problem: 'single-label',
      labelSmoothing: 0,
    });
    expect(classifierOptions({ ...single, task: 'sigmoid' }, none, []).problem).toBe('binary');
  });

  it('balances by the share of each class', () => {
    expect(classifierOptions(single, balanced, examples([0], [1], [1], [1]))).toMatchObject({
      labelSmoothing: 0.1,
      classWeights: [2, 4 / 6],
    });
    const several = examples([1, 0], [0, 0], [1, 1], [1, 0]);
    expect(classifierOptions({ ...single, task: 'multi-label' }, balanced, several).classWeights).toEqual([
      1 / 3,
      3,
    ]);
  });

  it('gives named classes their weight, others 1', () => {
    const classWeights = new Map([['b', 3]]);
    expect(classifierOptions(single, { ...none, classWeights }, []).classWeights).toEqual([1, 3]);
  });
});

describe('checkRegressionOptions', () => {
  it('refuses what only classes have', () => {
    expect(() => checkRegressionOptions(none)).not.toThrow();
    expect(() => checkRegressionOptions(balanced)).toThrow('--label-smoothing: expected a task with classes');
    expect(() => checkRegressionOptions({ ...none, classWeights: 'balanced' })).toThrow('--class-weights');
  });
});
