import {
  averagePrecisionMultiLabel,
  averagePrecisionScore,
  averageScore,
  bootstrapIntervals,
  brierScore,
  classCounts,
  confidences,
  expectedCalibrationError,
  logLossScore,
  matthewsCorrelation,
  meanAbsoluteError,
  multiLabelCounts,
  pearsonCorrelation,
  rocAucMultiClass,
  rocAucMultiLabel,
  rootMeanSquaredError,
  spearmanCorrelation,
} from '@bertune/train';

/** A figure and how sure it is. */
export interface Figure {
  /** What it is. */
  readonly name: string;
  /** On the examples; null where they leave it undefined, such as an area under a curve with one class only. */
  readonly value: number | null;
  /** Bounds of the 95 % bootstrap interval; null where most resamples leave it undefined. */
  readonly interval: readonly [number, number] | null;
}

/** What figures are worked out from: some of the examples, row-major. */
interface Rows {
  /** [N, L] */
  readonly labels: ArrayLike<number>;
  /** [N, L], what was decided */
  readonly predictions: ArrayLike<number>;
  /** [N, C] */
  readonly scores: ArrayLike<number>;
}

/** Resamples that an interval comes from, and above how many scores they get fewer, so that minutes do not go into it. */
const [mostResamples, fewestResamples, fewerFrom] = [1000, 200, 10_000];

/**
 * Figures of a problem with one class an example.
 * @param rows labels and predictions [N], probabilities [N, columns]
 */
export function classificationFigures(rows: Rows, columns: number): Figure[] {
  const classes = Array.from({ length: columns }, (_, name) => name);
  return figures(rows, rows.labels.length, rows.labels, ({ labels, predictions, scores }) => {
    const ofOne = columns === 2 ? column(scores, 1, 2) : scores;
    return {
      'macro F1': averageScore(classCounts(labels, predictions, { classes }), 'macro').f,
      MCC: matthewsCorrelation(labels, predictions),
      ...(columns > 1 && { 'ROC AUC': rocAucMultiClass(labels, scores, columns) }),
      ...(columns === 2 && { 'average precision': averagePrecisionScore(labels, ofOne) }),
      'log loss': logLossScore(labels, scores, columns),
      'Brier score': brierScore(labels, ofOne, columns === 2 ? 1 : columns),
      'calibration error': expectedCalibrationError(confidences(labels, scores, columns)),
    };
  });
}

/**
 * Figures of a problem with several labels an example.
 * @param rows all [N, columns]
 */
export function multiLabelFigures(rows: Rows, columns: number): Figure[] {
  const examples = rows.labels.length / columns;
  return figures(rows, examples, undefined, ({ labels, predictions, scores }) => {
    const counts = multiLabelCounts(labels, predictions, columns);
    return {
      'micro F1': averageScore(counts, 'micro').f,
      'macro F1': averageScore(counts, 'macro').f,
      'ROC AUC': rocAucMultiLabel(labels, scores, columns),
      'average precision': averagePrecisionMultiLabel(labels, scores, columns),
    };
  });
}

/** Figures of values. @param labels [N] @param scores [N] */
export function regressionFigures(labels: ArrayLike<number>, scores: ArrayLike<number>): Figure[] {
  return figures({ labels, predictions: [], scores }, labels.length, undefined, (some) => ({
    'root mean squared error': rootMeanSquaredError(some.labels, some.scores),
    'mean absolute error': meanAbsoluteError(some.labels, some.scores),
    Pearson: pearsonCorrelation(some.labels, some.scores),
    Spearman: spearmanCorrelation(some.labels, some.scores),
  }));
}

/** @param strata examples are drawn within each, so that none is lost: the classes */
function figures(
  rows: Rows,
  examples: number,
  strata: ArrayLike<number> | undefined,
  measure: (some: Rows) => Readonly<Record<string, number>>,
): Figure[] {
  if (examples === 0) return [];
  // By the last score, that of class 1 with two classes: resamples then come in its order, and need no sorting.
  const order = Uint32Array.from({ length: examples }, (_, at) => at);
  const last = rows.scores.length / examples - 1;
  const scoreOf = (at: number): number => rows.scores[at * (last + 1) + last] ?? 0;
  order.sort((a, b) => scoreOf(a) - scoreOf(b));
  const sorted = taken(rows, order);
  const resamples = Math.max(
    fewestResamples,
    Math.round(mostResamples * Math.min(1, fewerFrom / rows.scores.length)),
  );
  const intervals = bootstrapIntervals(examples, (positions) => measure(taken(sorted, positions)), {
    resamples,
    strata: strata && gathered(strata, order, 1),
  });
  return Object.entries(measure(rows)).map(([name, value]) => {
    const { low, high, undefinedResamples } = intervals[name] ?? {
      low: 0,
      high: 0,
      undefinedResamples: Infinity,
    };
    if (!Number.isFinite(value)) return { name, value: null, interval: null };
    return { name, value, interval: undefinedResamples > resamples / 2 ? null : [low, high] };
  });
}

function taken({ labels, predictions, scores }: Rows, positions: Uint32Array): Rows {
  const width = (values: ArrayLike<number>): number => values.length / positions.length;
  return {
    labels: gathered(labels, positions, width(labels)),
    predictions: gathered(predictions, positions, width(predictions)),
    scores: gathered(scores, positions, width(scores)),
  };
}

function gathered(values: ArrayLike<number>, positions: Uint32Array, width: number): Float64Array {
  const result = new Float64Array(positions.length * width);
  let at = 0;
  for (const position of positions) {
    for (let i = 0; i < width; i++) result[at++] = values[position * width + i] ?? NaN;
  }
  return result;
}

function column(values: ArrayLike<number>, which: number, columns: number): Float64Array {
  const result = new Float64Array(values.length / columns);
  for (let row = 0; row < result.length; row++) result[row] = values[row * columns + which] ?? NaN;
  return result;
}
