import { describe, expect, it } from '@jest/globals';

import { formatPrediction } from '../src/report/prediction.js';

const scores = Float32Array.of(0.25, 0.75);
const names = ['negative', 'positive'];

describe('formatPrediction', () => {
  it('TSV: label, probability, text on one line', () => {
    expect(formatPrediction({ text: 'two\nlines\t ' }, scores, { task: 'single-label', names }, false)).toBe(
      'positive\t0.7500\ttwo lines',
    );
    expect(formatPrediction({ text: 'a', pair: 'b' }, scores, { task: 'sigmoid', names }, false)).toBe(
      'positive\t0.7500\ta\tb',
    );
    expect(formatPrediction({ text: 'a' }, scores, { task: 'multi-label', names }, false)).toBe(
      'positive\t0.7500\ta',
    );
    const both = Float32Array.of(0.5, 0.75);
    expect(formatPrediction({ text: '' }, both, { task: 'multi-label', names }, false)).toBe(
      'negative|positive\t0.5000|0.7500\t',
    );
    expect(formatPrediction({ text: 'a' }, scores, { task: 'regression', names: [] }, false)).toBe(
      '0.2500\ta',
    );
  });

  it('JSON: every class', () => {
    const parse = (line: string): unknown => JSON.parse(line);
    expect(parse(formatPrediction({ text: 'a\nb' }, scores, { task: 'single-label', names }, true))).toEqual({
      text: 'a\nb',
      label: 'positive',
      probability: 0.75,
      probabilities: { negative: 0.25, positive: 0.75 },
    });
    expect(parse(formatPrediction({ text: 'a' }, scores, { task: 'multi-label', names }, true))).toEqual({
      text: 'a',
      labels: ['positive'],
      probabilities: { negative: 0.25, positive: 0.75 },
    });
    expect(
      parse(formatPrediction({ text: 'a', pair: 'b' }, scores, { task: 'regression', names: [] }, true)),
    ).toEqual({ text: 'a', pair: 'b', value: 0.25 });
  });
});
