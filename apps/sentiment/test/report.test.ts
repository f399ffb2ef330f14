import { describe, expect, it } from '@jest/globals';

import type { Example, LabelSpace } from '../src/data/labels.js';
import { formatReport, type Report } from '../src/report/format.js';
import { makeReport } from '../src/report/make-report.js';
import { shareInterval } from '../src/report/statistics.js';

const two: LabelSpace = { task: 'single-label', names: ['negative', 'positive'] };

function examples(targets: readonly (readonly number[])[]): Example[] {
  return targets.map((target, index) => ({ text: `text ${index}`, target }));
}

describe('statistics', () => {
  // scipy 1.17.1: binomtest(k, n).proportion_ci(method='wilson')
  it.each([
    [8, 10, 0.4901624715366418, 0.9433178485456248],
    [0, 10, 0, 0.27753279986288926],
    [10, 10, 0.7224672001371109, 1],
    [240, 298, 0.7566495606724348, 0.8463159852505167],
  ])('Wilson interval of %d in %d', (right, total, low, high) => {
    const [a, b] = shareInterval(right, total);
    expect(a).toBeCloseTo(low, 12);
    expect(b).toBeCloseTo(high, 12);
  });

  it('says nothing about nothing', () => expect(shareInterval(0, 0)).toEqual([0, 1]));
});

describe('classification report', () => {
  const report = makeReport(
    examples([[0], [0], [1], [1], [1]]),
    // The third is a draw: the first class wins, so it is a mistake.
    [0.9, 0.1, 0.2, 0.8, 0.5, 0.5, 0.1, 0.9, 0.3, 0.7],
    two,
  );

  it('counts', () => {
    expect(report).toMatchObject({
      kind: 'classification',
      examples: 5,
      accuracy: 0.6,
      confusion: [
        [1, 1],
        [1, 2],
      ],
      classes: [
        { name: 'negative', precision: 0.5, recall: 0.5, f1: 0.5, support: 2 },
        { name: 'positive', precision: 2 / 3, recall: 2 / 3, support: 3 },
      ],
      mistakes: [
        { text: 'text 1', truth: 'negative', guess: 'positive', probability: 0.8 },
        { text: 'text 2', truth: 'positive', guess: 'negative', probability: 0.5 },
      ],
    });
  });

  it('prints', () => {
    expect(formatReport(report, 'test')).toEqual([
      'test accuracy: 0.6000 (95 % interval 0.2307 to 0.8824, 5 examples)',
      'confusion matrix (row: truth, column: guess)',
      '            negative  positive',
      '  negative         1         1',
      '  positive         1         2',
      '  class     precision  recall      F1  examples',
      '  negative     0.5000  0.5000  0.5000         2',
      '  positive     0.6667  0.6667  0.6667         3',
      'further figures, with the bounds of their 95 % bootstrap intervals',
      '  figure              value      low    high',
      '  macro F1           0.5833   0.1667  1.0000',
      '  MCC                0.1667  -0.6667  1.0000',
      '  ROC AUC            0.6667   0.0000  1.0000',
      '  average precision  0.8056   0.5333  1.0000',
      '  log loss           0.5740   0.1556  0.9924',
      '  Brier score        0.2000   0.0260  0.3740',
      '  calibration error  0.3600   0.1400  0.5800',
      'most confident mistakes',
      '  0.800 positive, in truth negative: text 1',
      '  0.500 negative, in truth positive: text 2',
    ]);
  });

  it('stays readable with many classes and long, broken or empty texts', () => {
    const names = Array.from({ length: 30 }, (_, index) => `c${index}`);
    const long: Example[] = [
      { text: `${'\u{1F600}'.repeat(200)}\n\tend`, target: [1] },
      { text: ' ', target: [2] },
      { text: 'first', pair: 'second', target: [3] },
    ];
    const scores = new Float32Array(90);
    scores[0] = scores[30] = scores[60] = 1;
    const lines = formatReport(makeReport(long, scores, { task: 'single-label', names }), 'test');
    expect(lines).toContain('confusion matrix of 30 classes: see run.json or --json');
    expect(lines.join('\n')).toContain(`c1: ${'\u{1F600}'.repeat(87)}...`);
    expect(lines.join('\n')).toContain('c2: (empty text)');
    expect(lines.join('\n')).toContain('c3: first / second');
  });

  it('has figures as scikit-learn, undefined where one class is missing', () => {
    // scikit-learn 1.9.1: roc_auc_score, average_precision_score, log_loss, brier_score_loss, matthews_corrcoef
    const byName = (given: Report): Record<string, number | null> =>
      Object.fromEntries(given.figures.map(({ name, value }) => [name, value]));
    expect(byName(report)).toMatchObject({
      MCC: expect.closeTo(1 / 6, 12) as unknown,
      'ROC AUC': expect.closeTo(2 / 3, 12) as unknown,
      'average precision': expect.closeTo(0.8055555555555556, 12) as unknown,
      'log loss': expect.closeTo(0.5739962136496862, 12) as unknown,
      'Brier score': expect.closeTo(0.2, 12) as unknown,
    });
    const oneClass = makeReport(examples([[1], [1]]), [0.2, 0.8, 0.6, 0.4], two);
    expect(byName(oneClass)).toMatchObject({
      'ROC AUC': null,
      'Brier score': expect.closeTo(0.2, 12) as unknown,
    });
    expect(formatReport(oneClass, 'test').join('\n')).toMatch(/ROC AUC +undefined +- +-/);
    expect(makeReport([], [], two)).toMatchObject({ accuracy: 0, figures: [] });
  });

  it('says when there is no mistake', () => {
    expect(formatReport(makeReport(examples([[0]]), [1, 0], two), 'test')).toContain('no mistakes');
  });
});

describe('multi-label report', () => {
  const report = makeReport(
    examples([
      [1, 0],
      [1, 1],
    ]),
    [0.9, 0.2, 0.4, 0.5],
    { task: 'multi-label', names: ['a', 'b'] },
  );

  it('counts', () => {
    expect(report).toMatchObject({
      kind: 'multi-label',
      exactMatch: 0.5,
      microF1: 0.8,
      classes: [
        { name: 'a', precision: 1, recall: 0.5, support: 2 },
        { name: 'b', precision: 1, recall: 1, support: 1 },
      ],
      mistakes: [{ text: 'text 1', truth: 'a', guess: 'not a', probability: 0.6 }],
    });
    expect(formatReport(report, 'valid')[0]).toBe(
      'valid exact match: 0.5000 (95 % interval 0.0945 to 0.9055, 2 examples)',
    );
  });
});

describe('regression report', () => {
  const regression: LabelSpace = { task: 'regression', names: [] };

  it('counts', () => {
    expect(makeReport(examples([[1], [2], [3]]), [1, 2, 5], regression)).toMatchObject({
      kind: 'regression',
      meanSquaredError: 4 / 3,
      meanAbsoluteError: 2 / 3,
      r2: -1,
      pearson: expect.closeTo(0.9607689228, 9) as unknown,
      spearman: expect.closeTo(1, 9) as unknown,
      mistakes: [{ text: 'text 2', truth: 3, guess: 5 }, {}, {}],
    });
  });

  it('says what is undefined', () => {
    const lines = formatReport(makeReport(examples([[1], [1]]), [1, 2], regression), 'test');
    expect(lines[1]).toBe(
      'mean absolute error: 0.5000, R2: undefined (constant), Pearson: undefined (constant), Spearman: undefined (constant)',
    );
  });
});
