import { rangeProblems, throwProblems, TrainError } from '../errors.js';
import { matthewsOfTotals } from './matthews.js';
import { scoreOfClass } from './precision-recall.js';
import { rankedOrThrow } from './roc.js';

/**
 * What a threshold is chosen for: `f1` of the positives, `mcc` (Matthews correlation), `youden` (recall of the positives
 * plus recall of the negatives less 1), `accuracy`, or the least total cost of wrong decisions.
 */
export type ThresholdObjective =
  | 'f1'
  | 'mcc'
  | 'youden'
  | 'accuracy'
  | {
      /** cost of a negative taken for positive, at least 0 */
      readonly falsePositiveCost: number;
      /** cost of a positive that is missed, at least 0 */
      readonly falseNegativeCost: number;
    };

/** A threshold and what it does on the examples it was chosen on. */
export interface DecisionThreshold {
  /** a score of at least this is positive */
  readonly threshold: number;
  /** the objective there: higher is better, a cost lower */
  readonly value: number;
  /** positives taken for positive */
  readonly truePositives: number;
  /** negatives taken for positive */
  readonly falsePositives: number;
  /** negatives taken for negative */
  readonly trueNegatives: number;
  /** positives taken for negative */
  readonly falseNegatives: number;
}

type Counts = Omit<DecisionThreshold, 'threshold' | 'value'>;

/**
 * Finds the threshold that serves an objective best, by trying all that decide differently. Each lies halfway between two
 * neighbouring scores, where it is least sensitive; to take everything for positive it is the lowest score, for negative
 * the next number above the highest. Of equally good ones the one nearest to 0.5 wins, then the lower.
 *
 * Choose on validation examples and measure on others: on its own examples a chosen threshold flatters itself.
 * @param labels [N], 1 is positive
 * @param scores [N], of any range
 * @throws TrainError `shape-mismatch`, `invalid-scores`, `invalid-options`; `needs-two-classes` unless both occur
 */
export function decisionThreshold(
  labels: ArrayLike<number>,
  scores: ArrayLike<number>,
  objective: ThresholdObjective = 'f1',
): DecisionThreshold {
  if (typeof objective === 'object') {
    throwProblems('decisionThreshold', rangeProblems({ ...objective }, 'non-negative'));
  }
  const ranked = rankedOrThrow('decisionThreshold', labels, scores);
  const { thresholds, truePositives, falsePositives, positives, negatives } = ranked;
  if (positives === 0 || negatives === 0) {
    throw new TrainError(
      'needs-two-classes',
      `decisionThreshold: expected positives and negatives, found ${positives} and ${negatives}. ` +
        'Choose the threshold on examples of both classes.',
      { positives, negatives },
    );
  }
  let best: DecisionThreshold | undefined;
  for (let i = -1; i < thresholds.length; i++) {
    const tp = i < 0 ? 0 : truePositives[i];
    const fp = i < 0 ? 0 : falsePositives[i];
    const counts: Counts = {
      truePositives: tp,
      falsePositives: fp,
      trueNegatives: negatives - fp,
      falseNegatives: positives - tp,
    };
    const candidate = { ...counts, threshold: between(thresholds, i), value: valueOf(objective, counts) };
    if (!best || isBetter(candidate, best, typeof objective === 'object')) best = candidate;
  }
  return best as DecisionThreshold;
}

/** Above score `i + 1`, up to score `i`, of scores in descending order. */
function between(scores: Float64Array, i: number): number {
  if (i < 0) return nextUp(scores[0]);
  if (i === scores.length - 1) return scores[i];
  const middle = scores[i + 1] + (scores[i] - scores[i + 1]) / 2;
  return middle > scores[i + 1] && middle <= scores[i] ? middle : scores[i]; // neighbours, or infinite
}

function isBetter(a: DecisionThreshold, b: DecisionThreshold, lessIsBetter: boolean): boolean {
  if (a.value !== b.value) return lessIsBetter ? a.value < b.value : a.value > b.value;
  const distance = Math.abs(a.threshold - 0.5) - Math.abs(b.threshold - 0.5);
  return distance < 0 || (distance === 0 && a.threshold < b.threshold);
}

function valueOf(objective: ThresholdObjective, counts: Counts): number {
  const { truePositives: tp, falsePositives: fp, trueNegatives: tn, falseNegatives: fn } = counts;
  if (typeof objective === 'object')
    return objective.falsePositiveCost * fp + objective.falseNegativeCost * fn;
  switch (objective) {
    case 'f1':
      return scoreOfClass(counts).f;
    case 'accuracy':
      return (tp + tn) / (tp + fp + tn + fn);
    case 'youden':
      return tp / (tp + fn) + tn / (tn + fp) - 1;
    case 'mcc':
      return matthewsOfTotals(tp + tn, [tp + fn, tn + fp], [tp + fp, tn + fn]);
  }
}

/** The next larger number. */
function nextUp(value: number): number {
  if (value === Infinity) return value;
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, value === 0 ? 1n : value > 0 ? bits + 1n : bits - 1n);
  return view.getFloat64(0);
}
