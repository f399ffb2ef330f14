import { rangeProblems, throwProblems } from '../errors.js';
import { sameLength } from './same-length.js';

/** Predictions of like confidence: one point of a reliability diagram. */
export interface ReliabilityBin {
  /** confidences above this (of the first bin: from 0 on) */
  readonly low: number;
  /** confidences up to this */
  readonly high: number;
  /** predictions in the bin */
  readonly count: number;
  /** mean confidence; NaN when empty */
  readonly confidence: number;
  /** share that is right; NaN when empty */
  readonly accuracy: number;
}

/** Options of figures of calibration. */
export interface CalibrationOptions {
  /** bins of equal width over [0, 1]; default 15 (Guo et al. 2017) */
  readonly bins?: number | undefined;
}

/** How sure predictions were, and whether they were right. */
export interface Confidences {
  /** in [0, 1] */
  readonly confidence: Float64Array;
  /** 1 where right, 0 where wrong */
  readonly correct: Uint8Array;
}

/**
 * The confidence of each prediction, the probability of the class it names, and whether it is right. The first of equal
 * probabilities wins; of one column, class 1 from 0.5 on.
 * @param labels class of each example, [N]
 * @param probabilities [N, C] row-major; with C = 1 the probability of class 1
 * @param columns C
 * @throws TrainError `shape-mismatch`
 */
export function confidences(
  labels: ArrayLike<number>,
  probabilities: ArrayLike<number>,
  columns = 1,
): Confidences {
  sameLength('confidences', labels, { length: probabilities.length / columns });
  const confidence = new Float64Array(labels.length);
  const correct = new Uint8Array(labels.length);
  for (let row = 0; row < labels.length; row++) {
    let best = columns === 1 ? Number(probabilities[row] >= 0.5) : 0;
    let highest = columns === 1 ? Math.max(probabilities[row], 1 - probabilities[row]) : -Infinity;
    for (let column = 0; columns > 1 && column < columns; column++) {
      const probability = probabilities[row * columns + column];
      if (Number.isNaN(highest) || probability <= highest) continue;
      [best, highest] = [column, probability]; // a NaN comes here too, stays, and shows in the figures
    }
    confidence[row] = highest;
    correct[row] = Number(labels[row] === best);
  }
  return { confidence, correct };
}

/**
 * Points of a reliability diagram: what is predicted with confidence in (i / bins, (i + 1) / bins].
 * @throws TrainError `shape-mismatch`, `invalid-options`
 */
export function reliabilityBins(
  { confidence, correct }: { readonly confidence: ArrayLike<number>; readonly correct: ArrayLike<number> },
  { bins = 15 }: CalibrationOptions = {},
): ReliabilityBin[] {
  throwProblems('reliabilityBins', rangeProblems({ bins }, 'count'));
  sameLength('reliabilityBins', correct, confidence);
  const sums = Array.from({ length: bins }, () => ({ count: 0, confidence: 0, correct: 0 }));
  for (let i = 0; i < confidence.length; i++) {
    const at = Math.min(bins, Math.max(1, Math.ceil(confidence[i] * bins)));
    const sum = sums[Number.isNaN(at) ? 0 : at - 1];
    sum.count += 1;
    sum.confidence += confidence[i];
    sum.correct += correct[i];
  }
  return sums.map(({ count, ...sum }, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    confidence: sum.confidence / count,
    accuracy: sum.correct / count,
  }));
}

/**
 * Expected calibration error: the mean distance of confidence and accuracy over the bins, each by its share of
 * predictions (Guo et al. 2017).
 * @returns in [0, 1]; NaN without examples or with a NaN among the confidences
 * @throws TrainError `shape-mismatch`, `invalid-options`
 */
export function expectedCalibrationError(
  predictions: { readonly confidence: ArrayLike<number>; readonly correct: ArrayLike<number> },
  options: CalibrationOptions = {},
): number {
  const total = predictions.confidence.length;
  if (total === 0) return NaN;
  return reliabilityBins(predictions, options).reduce(
    (sum, { count, confidence, accuracy }) =>
      count === 0 ? sum : sum + (count / total) * Math.abs(accuracy - confidence),
    0,
  );
}
