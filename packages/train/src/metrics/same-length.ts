import { TrainError } from '../errors.js';

/** @throws TrainError `shape-mismatch` unless both have as many values */
export function sameLength(where: string, labels: ArrayLike<number>, predictions: ArrayLike<number>): void {
  if (labels.length === predictions.length) return;
  throw new TrainError(
    'shape-mismatch',
    `${where}: expected one prediction a label, found ${labels.length} labels and ${predictions.length} predictions.`,
    { labels: labels.length, predictions: predictions.length },
  );
}
