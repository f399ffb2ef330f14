import { describe, expect, it } from '@jest/globals';

import type { Example, LabelSpace } from '../../src/data/labels.js';
import { checkLossOptions, classifierOptions } from '../../src/model/head-options.js';

const none = {
  labelSmoothing: 0,
  classWeights: 'none',
  loss: 'cross-entropy',
  focalGamma: undefined,
} as const;
const balanced = { ...none, labelSmoothing: 0.1, classWeights: 'balanced' } as const;

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

  it('focal loss has the gamma of its authors unless another is asked for', () => {
    expect(classifierOptions(single, { ...none, loss: 'focal' }, []).focalGamma).toBe(2);
    expect(classifierOptions(single, { ...none, loss: 'focal', focalGamma: 0.5 }, []).focalGamma).toBe(0.5);
  });

  it('gives named classes their weight, others 1', () => {
    const classWeights = new Map([['b', 3]]);
    expect(classifierOptions(single, { ...none, classWeights }, []).classWeights).toEqual([1, 3]);
  });
});

describe('checkLossOptions', () => {
  it('refuses for numbers what only classes have', () => {
    expect(() => checkLossOptions(none, 'regression')).not.toThrow();
    expect(() => checkLossOptions(balanced, 'single-label')).not.toThrow();
    expect(() => checkLossOptions(balanced, 'regression')).toThrow(
      '--label-smoothing: expected a task with classes',
    );
    expect(() => checkLossOptions({ ...none, classWeights: 'balanced' }, 'regression')).toThrow(
      '--class-weights',
    );
    expect(() => checkLossOptions({ ...none, loss: 'focal' }, 'regression')).toThrow(
      '--loss focal: expected a task with classes',
    );
  });

  it('refuses a gamma without the loss that has one', () => {
    expect(() => checkLossOptions({ ...none, focalGamma: 2 }, 'single-label')).toThrow(
      '--focal-gamma: expected --loss focal with it, found --loss cross-entropy',
    );
    expect(() => checkLossOptions({ ...none, focalGamma: 2, loss: 'focal' }, 'multi-label')).not.toThrow();
  });
});
