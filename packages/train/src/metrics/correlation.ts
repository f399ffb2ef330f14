import { sameLength } from './same-length.js';

/**
 * Pearson's correlation.
 * @returns in [-1, 1]; NaN when one side is all alike, holds NaN, or has fewer than two values
 * @throws TrainError `shape-mismatch`
 */
export function pearsonCorrelation(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('pearsonCorrelation', labels, predictions);
  if (labels.length < 2) return NaN;
  const x = normalised(labels);
  const y = normalised(predictions);
  let product = 0;
  for (let i = 0; i < x.length; i++) product += x[i] * y[i];
  return Math.max(-1, Math.min(1, product)); // NaN stays NaN
}

/**
 * Spearman's rank correlation: Pearson's of the ranks, equal values sharing their mean rank.
 * @returns as `pearsonCorrelation`
 * @throws TrainError `shape-mismatch`
 */
export function spearmanCorrelation(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('spearmanCorrelation', labels, predictions);
  return pearsonCorrelation(ranks(labels), ranks(predictions));
}

/** Centred and of length 1. */
function normalised(values: ArrayLike<number>): Float64Array {
  const centred = Float64Array.from(values);
  const mean = centred.reduce((sum, value) => sum + value, 0) / centred.length;
  let squares = 0;
  for (let i = 0; i < centred.length; i++) {
    centred[i] -= mean;
    squares += centred[i] ** 2;
  }
  const norm = Math.sqrt(squares);
  return centred.map((value) => value / norm);
}

/** Ranks from 1; one NaN makes all NaN, since it has no place. */
function ranks(values: ArrayLike<number>): Float64Array {
  const result = new Float64Array(values.length);
  const order = Array.from({ length: values.length }, (_, i) => i).sort((a, b) => values[a] - values[b]);
  if (order.some((i) => Number.isNaN(values[i]))) return result.fill(NaN);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end]] === values[order[start]]) end += 1;
    for (let i = start; i < end; i++) result[order[i]] = (start + 1 + end) / 2;
    start = end;
  }
  return result;
}
