import { pearsonCorrelation, spearmanCorrelation } from './correlation.js';
import type { Metric } from './metric.js';
import { meanAbsoluteError, meanSquaredError, r2Score } from './regression.js';

type Score = (labels: ArrayLike<number>, predictions: ArrayLike<number>) => number;

/** Mean squared error over all values. */
export const mse = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'mse', meanSquaredError);

/** Mean absolute error over all values. */
export const mae = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'mae', meanAbsoluteError);

/** Coefficient of determination over all values. */
export const r2 = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'r2', r2Score);

/** Pearson's correlation over all values. */
export const pearson = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'pearson', pearsonCorrelation);

/** Spearman's rank correlation over all values. */
export const spearman = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'spearman', spearmanCorrelation);

function ofValues(name: string, score: Score): Metric {
  return { name, compute: (predictions, labels) => score(labels.values, predictions.values) };
}
