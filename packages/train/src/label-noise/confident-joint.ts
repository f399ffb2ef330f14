import { argMax } from '../metrics/decisions.js';

/** Probabilities this near to a threshold, and this near to the largest one, count as there; as in cleanlab. */
export const TOLERANCE = 1e-6;

/** What confident learning counts. */
export interface ConfidentJoint {
  /** estimated number of examples by given class (row) and true class (column); rows sum to the given classes' counts */
  readonly counts: readonly (readonly number[])[];
  /** of each class: mean probability that its own examples have of it; NaN for a class without examples */
  readonly thresholds: readonly number[];
  /** class that each example confidently is of; undefined where it reaches no threshold */
  readonly confident: readonly (number | undefined)[];
}

/**
 * The confident joint of Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels" (2021,
 * arXiv:1911.00068), section 3.1, calibrated, as cleanlab's `compute_confident_joint`.
 * @param labels given class of each example, [N], integers in [0, columns)
 * @param probabilities [N, columns] row-major
 */
export function confidentJoint(
  labels: ArrayLike<number>,
  probabilities: Float64Array,
  columns: number,
): ConfidentJoint {
  const rows = Array.from(labels);
  const sizes = new Array<number>(columns).fill(0);
  const sums = new Array<number>(columns).fill(0);
  rows.forEach((label, row) => {
    sizes[label] += 1;
    sums[label] += probabilities[row * columns + label];
  });
  // Never at 0 or below, so that an impossible class is nobody's.
  const thresholds = sizes.map((size, k) => (size === 0 ? NaN : Math.max(sums[k] / size, 2 * TOLERANCE)));
  const counts = sizes.map(() => new Array<number>(columns).fill(0));
  const confident = rows.map((label, row) => {
    const own = probabilities.subarray(row * columns, (row + 1) * columns);
    const reached = thresholds.flatMap((threshold, k) => (own[k] >= threshold - TOLERANCE ? [k] : []));
    const guess = reached.length > 1 ? argMax(own) : (reached[0] as number | undefined);
    if (guess !== undefined) counts[label][guess] += 1;
    return guess;
  });
  return { counts: calibrated(counts, sizes), thresholds, confident };
}

/** Counts that sum to those of the given classes, whole numbers; of every class one example at least is right. */
function calibrated(counts: readonly (readonly number[])[], sizes: readonly number[]): number[][] {
  const raised = counts.map((row, k) => row.map((count, j) => (k === j ? Math.max(count, 1) : count)));
  const scaled = raised.map((row, k) => {
    const total = sum(row);
    return row.map((count) => (count / total) * sizes[k]);
  });
  const [all, examples] = [sum(scaled.map(sum)), sum(sizes)];
  return scaled.map((row) => roundedToSum(row.map((count) => (count / all) * examples)));
}

/** Whole numbers whose sum is that of the values, rounded: those furthest from their rounding give way. */
function roundedToSum(values: readonly number[]): number[] {
  const rounded = values.map(halfToEven);
  const missing = halfToEven(sum(values)) - sum(rounded);
  const order = values
    .map((value, i) => [value - halfToEven(value), i] as const)
    .sort(([a, i], [b, j]) => (missing > 0 ? b - a || j - i : a - b || i - j));
  for (const [, i] of order.slice(0, Math.abs(missing))) rounded[i] += Math.sign(missing);
  return rounded;
}

/** As numpy rounds. */
function halfToEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
