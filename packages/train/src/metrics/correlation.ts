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

/**
 * Kendall's tau-b: pairs in the same order less pairs in the opposite order, corrected for ties (Kendall 1945).
 * @returns in [-1, 1]; NaN as `pearsonCorrelation`
 * @throws TrainError `shape-mismatch`
 */
export function kendallTau(labels: ArrayLike<number>, predictions: ArrayLike<number>): number {
  sameLength('kendallTau', labels, predictions);
  const [x, y] = [ranks(labels), ranks(predictions)];
  if (x.length < 2 || Number.isNaN(x[0]) || Number.isNaN(y[0])) return NaN;
  const order = Uint32Array.from(x.keys()).sort((a, b) => x[a] - x[b] || y[a] - y[b]);
  const pairs = (x.length * (x.length - 1)) / 2;
  const tiedX = tiedPairs(order, (a, b) => x[a] === x[b]);
  const tiedBoth = tiedPairs(order, (a, b) => x[a] === x[b] && y[a] === y[b]);
  const discordant = inversions(Float64Array.from(order, (i) => y[i]));
  const tiedY = tiedPairs(
    Uint32Array.from(y.keys()).sort((a, b) => y[a] - y[b]),
    (a, b) => y[a] === y[b],
  );
  const difference = pairs - tiedX - tiedY + tiedBoth - 2 * discordant;
  return Math.max(-1, Math.min(1, difference / Math.sqrt(pairs - tiedX) / Math.sqrt(pairs - tiedY)));
}

/** Pairs of neighbours that are alike, in a sorted order. */
function tiedPairs(order: Uint32Array, alike: (a: number, b: number) => boolean): number {
  let [pairs, run] = [0, 0];
  for (let i = 1; i < order.length; i++) {
    run = alike(order[i - 1], order[i]) ? run + 1 : 0;
    pairs += run;
  }
  return pairs;
}

/** Pairs in which the former value is the larger one, by merging; sorts its argument. */
function inversions(values: Float64Array): number {
  if (values.length < 2) return 0;
  const [left, right] = [values.slice(0, values.length >> 1), values.slice(values.length >> 1)];
  let count = inversions(left) + inversions(right);
  let [l, r] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    if (r === right.length || (l < left.length && left[l] <= right[r])) values[i] = left[l++];
    else {
      count += left.length - l;
      values[i] = right[r++];
    }
  }
  return count;
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
