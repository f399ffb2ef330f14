import { describe, expect, it } from '@jest/globals';

import { preTrainingMetrics, unigramBaseline } from '../src/pretrain/pretrain-metrics.js';

describe('figures of a pre-training', () => {
  it('count the columns of each task, without those that are not predicted', () => {
    const host = (rows: number[][]): { values: Float32Array; shape: number[] } => ({
      values: Float32Array.from(rows.flat()),
      shape: [rows.length, rows[0].length],
    });
    const labels = host([
      [1, 7, 8, -100],
      [0, 9, -100, -100],
    ]);
    const predictions = host([
      [0, 7, 5, -100],
      [0, 9, 3, 4],
    ]);
    const [tokens, next] = preTrainingMetrics.map((metric) => metric.compute(predictions, labels));
    expect(tokens).toBeCloseTo(2 / 3);
    expect(next).toBe(0.5);
  });

  it('of frequencies alone', () => {
    const train = [[Int32Array.of(0, 0, 1)]];
    const valid = [[Int32Array.of(0, 1, 2, 0)]];
    const { accuracy, loss } = unigramBaseline(train, valid, 3);
    expect(accuracy).toBe(0.5);
    expect(loss).toBeCloseTo(-(2 * Math.log(3 / 6) + Math.log(2 / 6) + Math.log(1 / 6)) / 4);
  });
});
