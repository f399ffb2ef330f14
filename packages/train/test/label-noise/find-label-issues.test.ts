import { readFileSync } from 'node:fs';

import { describe, expect, it } from '@jest/globals';

import { findLabelIssues, type LabelIssueFilter } from '../../src/index.js';

interface GoldenCase {
  name: string;
  classes: number;
  labels: number[];
  probabilities: number[][];
  thresholds: (number | null)[];
  joint: number[][];
  issues: Record<LabelIssueFilter, number[]>;
}

const { cases } = JSON.parse(
  readFileSync(new URL('../golden/label-issues.json', import.meta.url), 'utf8'),
) as { cases: GoldenCase[] };

describe('findLabelIssues as cleanlab', () => {
  describe.each(cases.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    const { labels, probabilities, classes } = one;
    const found = findLabelIssues(labels, probabilities.flat(), classes);

    it('counts the same confident joint above the same thresholds', () => {
      expect(found.confidentJoint).toEqual(one.joint);
      one.thresholds.forEach((threshold, k) => {
        if (threshold === null) expect(found.thresholds[k]).toBeNaN();
        else expect(found.thresholds[k]).toBeCloseTo(threshold, 12);
      });
    });

    it.each(Object.keys(one.issues) as LabelIssueFilter[])('%s: the same examples, the worst first', (by) => {
      const { issues } = findLabelIssues(labels, probabilities.flat(), classes, { filterBy: by });
      expect(issues.map(({ example }) => example)).toEqual(one.issues[by]);
      for (const { example, given, suggested, score } of issues) {
        const row = probabilities[example];
        expect(given).toBe(labels[example]);
        expect(score).toBe(row[given]);
        expect(row[suggested]).toBe(Math.max(...row));
        expect(suggested).not.toBe(given);
      }
    });
  });

  it('takes float32 probabilities, as models give them', () => {
    const [{ labels, probabilities, classes, issues }] = cases;
    const found = findLabelIssues(labels, Float32Array.from(probabilities.flat()), classes);
    expect(found.issues.map(({ example }) => example)).toEqual(issues.prune_by_noise_rate);
  });

  it('of equal values takes the first examples', () => {
    // Four of class 0 with the same probabilities, confidently of class 1: the joint says how many, not which.
    const labels = [0, 0, 0, 0, 0, 0, 1, 1];
    const probabilities = [0.1, 0.1, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1].flatMap((p) => [p, 1 - p]);
    const { issues } = findLabelIssues(labels, probabilities, 2);
    const count = issues.length;
    expect(count).toBeGreaterThan(0);
    expect(issues.map(({ example }) => example)).toEqual([0, 1, 2, 3].slice(0, count));
  });
});

describe('findLabelIssues refuses', () => {
  it.each([
    ['one column', [0, 0], [0.5, 0.5], 1, 'invalid-options', 'at least 2 columns, found 1'],
    ['too few rows', [0, 1], [0.5, 0.5], 2, 'shape-mismatch', '2 labels and 1 predictions'],
    ['no examples', [], [], 2, 'no-examples', 'found none'],
    ['a label that is no column', [0, 2], [0.5, 0.5, 0.5, 0.5], 2, 'invalid-scores', 'found 2 at position 1'],
    ['a logit', [0, 1], [0.5, 0.5, -1, 2], 2, 'invalid-scores', 'found -1 of example 1, class 0'],
    ['NaN', [0, 1], [0.5, 0.5, 0, NaN], 2, 'invalid-scores', 'found NaN of example 1, class 1'],
  ])('%s', (_name, labels, probabilities, columns, code, message) => {
    const find = (): unknown => findLabelIssues(labels, probabilities, columns);
    expect(find).toThrow(expect.objectContaining({ code, message: expect.stringContaining(message) }));
  });
});
