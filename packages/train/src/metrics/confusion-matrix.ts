import { sameLength } from './same-length.js';

/** Who was taken for whom. */
export interface ConfusionMatrix {
  /** the classes of rows and columns, ascending */
  readonly classes: readonly number[];
  /** `counts[i][j]`: examples of class i that were predicted as class j */
  readonly counts: readonly (readonly number[])[];
}

/**
 * Counts each pair of true and predicted class.
 * @param labels true class of each example, integers
 * @param predictions predicted class of each example; -1 for none is counted in no column
 * @param options.classes rows and columns; default: all classes that occur, as in scikit-learn
 * @throws TrainError `shape-mismatch` when the lengths differ
 */
export function confusionMatrix(
  labels: ArrayLike<number>,
  predictions: ArrayLike<number>,
  options: { readonly classes?: readonly number[] | undefined } = {},
): ConfusionMatrix {
  sameLength('confusionMatrix', labels, predictions);
  const classes = options.classes ?? occurring(labels, predictions);
  const position = new Map(classes.map((name, index) => [name, index]));
  const counts = classes.map(() => classes.map(() => 0));
  for (let i = 0; i < labels.length; i++) {
    const row = position.get(labels[i]);
    const column = position.get(predictions[i]);
    if (row !== undefined && column !== undefined) counts[row][column] += 1;
  }
  return { classes, counts };
}

/** The classes that occur, ascending; -1 is no class. */
export function occurring(...lists: readonly ArrayLike<number>[]): number[] {
  const found = new Set<number>();
  for (const list of lists) {
    for (let i = 0; i < list.length; i++) if (i === 0 || list[i] !== list[i - 1]) found.add(list[i]);
  }
  found.delete(-1);
  return [...found].sort((a, b) => a - b);
}
