import { occurring } from './confusion-matrix.js';
import { sameLength } from './same-length.js';

/** What is counted of one class. */
export interface ClassCounts {
  /** of the class, and predicted so */
  readonly truePositives: number;
  /** predicted so, but of another class */
  readonly falsePositives: number;
  /** of the class, but predicted otherwise */
  readonly falseNegatives: number;
}

/** Precision, recall and F of one class, or averaged. */
export interface PrecisionRecallF {
  /** true positives / predicted positives */
  readonly precision: number;
  /** true positives / actual positives */
  readonly recall: number;
  /** harmonic mean of the two, recall weighted by beta squared */
  readonly f: number;
}

/** How classes become one figure: `micro` adds up counts, `macro` means scores, `weighted` by actual positives. */
export type Average = 'micro' | 'macro' | 'weighted';

/** Options of precision, recall and F. */
export interface PrecisionRecallOptions {
  /** weight of recall in F; default 1 */
  readonly beta?: number | undefined;
  /** what a score without a denominator is; default 0 */
  readonly zeroDivision?: 0 | 1 | undefined;
}

/**
 * Counts of each class.
 * @param options.classes which, in what order; default: all that occur, ascending
 * @throws TrainError `shape-mismatch`
 */
export function classCounts(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: { readonly classes?: readonly number[] | undefined } = {},
): ClassCounts[] {
  sameLength('classCounts', labels, predictions);
  return (options.classes ?? occurring(labels, predictions)).map((name) =>
    countPositives(labels.length, (i) => [labels[i] === name, predictions[i] === name]),
  );
}

/**
 * Counts of each label of a multi-label problem.
 * @param labels [N, C] row-major, 0 or 1
 * @param predictions [N, C] row-major, 0 or 1
 * @param columns C
 * @throws TrainError `shape-mismatch`
 */
export function multiLabelCounts(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  columns: number,
): ClassCounts[] {
  sameLength('multiLabelCounts', labels, predictions);
  return Array.from({ length: columns }, (_, column) =>
    countPositives(labels.length / columns, (row) => [
      labels[row * columns + column] === 1,
      predictions[row * columns + column] === 1,
    ]),
  );
}

/** Scores of one class. */
export function scoreOfClass(
  { truePositives, falsePositives, falseNegatives }: ClassCounts,
  { beta = 1, zeroDivision = 0 }: PrecisionRecallOptions = {},
): PrecisionRecallF {
  const ratio = (part: number, whole: number): number => (whole === 0 ? zeroDivision : part / whole);
  const weighted = (1 + beta ** 2) * truePositives;
  return {
    precision: ratio(truePositives, truePositives + falsePositives),
    recall: ratio(truePositives, truePositives + falseNegatives),
    f: ratio(weighted, weighted + beta ** 2 * falseNegatives + falsePositives),
  };
}

/** Scores over several classes, as scikit-learn's `precision_recall_fscore_support`; NaN without classes. */
export function averageScore(
  counts: readonly ClassCounts[],
  average: Average,
  options: PrecisionRecallOptions = {},
): PrecisionRecallF {
  if (average === 'micro') return scoreOfClass(counts.reduce(add, NONE), options);
  const weights = counts.map((count) =>
    average === 'macro' ? 1 : count.truePositives + count.falseNegatives,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0 && counts.length > 0) return scoreOfClass(counts.reduce(add, NONE), options);
  const scores = counts.map((count) => scoreOfClass(count, options));
  const mean = (key: keyof PrecisionRecallF): number =>
    scores.reduce((sum, score, i) => sum + score[key] * weights[i], 0) / total;
  return { precision: mean('precision'), recall: mean('recall'), f: mean('f') };
}

const NONE: ClassCounts = { truePositives: 0, falsePositives: 0, falseNegatives: 0 };

function add(a: ClassCounts, b: ClassCounts): ClassCounts {
  return {
    truePositives: a.truePositives + b.truePositives,
    falsePositives: a.falsePositives + b.falsePositives,
    falseNegatives: a.falseNegatives + b.falseNegatives,
  };
}

/** Counts of one class from what each example is and was said to be. */
export function countPositives(
  examples: number,
  at: (example: number) => readonly [actual: boolean, predicted: boolean],
): ClassCounts {
  let [truePositives, falsePositives, falseNegatives] = [0, 0, 0];
  for (let example = 0; example < examples; example++) {
    const [actual, predicted] = at(example);
    if (actual && predicted) truePositives += 1;
    else if (predicted) falsePositives += 1;
    else if (actual) falseNegatives += 1;
  }
  return { truePositives, falsePositives, falseNegatives };
}
