import { pearsonCorrelation, spearmanCorrelation } from './correlation.js';
import type { Metric } from './metric.js';
import { meanAbsoluteError, meanSquaredError, r2Score, rootMeanSquaredError } from './regression.js';

type Score = (labels: ArrayLike<number>, predictions: ArrayLike<number>) => number;

/** Mean squared error over all values. */
export const mse = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'mse', 'lower', meanSquaredError);

/** Root of the mean squared error over all values. */
export const rmse = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'rmse', 'lower', rootMeanSquaredError);

/** Mean absolute error over all values. */
export const mae = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'mae', 'lower', meanAbsoluteError);

/** Coefficient of determination over all values. */
export const r2 = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'r2', 'higher', r2Score);

/** Pearson's correlation over all values. */
export const pearson = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'pearson', 'higher', pearsonCorrelation);

/** Spearman's rank correlation over all values. */
export const spearman = (options: { readonly name?: string } = {}): Metric =>
  ofValues(options.name ?? 'spearman', 'higher', spearmanCorrelation);

function ofValues(name: string, better: Metric['better'], score: Score): Metric {
  return { name, better, compute: (predictions, labels) => score(labels.values, predictions.values) };
}
