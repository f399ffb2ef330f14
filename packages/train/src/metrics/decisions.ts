import { TrainError } from '../errors.js';
import type { HostTensor } from '../executor.js';

/** Predictions of a classifier turned into decisions, beside the labels. */
export interface Decisions {
  /**
   * `multi-class`: one class of C an example. `binary`: the same with two, from one probability.
   * `multi-label`: 0 or 1 for each of C labels, row-major [N, C].
   */
  readonly problem: 'multi-class' | 'binary' | 'multi-label';
  /** [N] classes, or [N, C] of 0 and 1 */
  readonly labels: ArrayLike<number>;
  /** of the same shape; -1 where the prediction is NaN, which is wrong whatever the label */
  readonly predictions: Int32Array;
  /** C; 1 when binary */
  readonly columns: number;
}

/**
 * Decides what predictions say. Their shapes tell the problem: one column is binary; several columns with one label an
 * example are multi-class (the largest wins, the first of equals); with as many labels as columns, multi-label.
 * @param predictions [N, C] probabilities
 * @param labels [N], [N, 1] or [N, C]
 * @param options.threshold probability from which a label holds; default 0.5
 * @throws TrainError `shape-mismatch`
 */
export function decide(
  predictions: HostTensor,
  labels: HostTensor,
  options: { readonly threshold?: number | undefined } = {},
): Decisions {
  const { threshold = 0.5 } = options;
  const { problem, columns } = problemOf(predictions, labels);
  const { values } = predictions;
  if (problem === 'multi-class') {
    const rows = labels.values.length;
    const classes = Int32Array.from({ length: rows }, (_, row) =>
      argMax(values.subarray(row * columns, (row + 1) * columns)),
    );
    return { problem, labels: labels.values, predictions: classes, columns };
  }
  const held = Int32Array.from(values, (value) => (Number.isNaN(value) ? -1 : Number(value >= threshold)));
  return { problem, labels: labels.values, predictions: held, columns };
}

/**
 * What the shapes say a problem is; see `decide`.
 * @throws TrainError `shape-mismatch`
 */
export function problemOf(
  predictions: HostTensor,
  labels: HostTensor,
): Pick<Decisions, 'problem' | 'columns'> {
  const [rows = 0, columns = 1] = predictions.shape;
  const perExample = labels.values.length / rows;
  const fits = predictions.shape.length <= 2 && labels.shape[0] === rows;
  if (!fits || (perExample !== 1 && perExample !== columns)) {
    throw new TrainError(
      'shape-mismatch',
      `Metric: expected predictions [N, C] with labels [N] or [N, C], ` +
        `found [${predictions.shape.join(', ')}] with [${labels.shape.join(', ')}].`,
      { predictions: predictions.shape, labels: labels.shape },
    );
  }
  if (columns === 1) return { problem: 'binary', columns };
  return { problem: perExample === 1 ? 'multi-class' : 'multi-label', columns };
}

/** Position of the largest value, the first of equals; -1 when one is NaN. */
export function argMax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 0; i < row.length; i++) {
    if (Number.isNaN(row[i])) return -1;
    if (row[i] > row[best]) best = i;
  }
  return best;
}
