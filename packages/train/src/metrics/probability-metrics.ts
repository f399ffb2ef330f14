import { TrainError } from '../errors.js';
import type { HostTensor } from '../executor.js';
import { brierScore } from './brier.js';
import { type CalibrationOptions, confidences, expectedCalibrationError } from './calibration.js';
import { occurring } from './confusion-matrix.js';
import { problemOf } from './decisions.js';
import type { Metric } from './metric.js';
import { type MultiClassAucOptions, rocAucMultiClass, weightedMean } from './multi-class-auc.js';
import { averagePrecisionMultiLabel, rocAucMultiLabel } from './multi-label.js';
import { averagePrecisionScore } from './precision-recall-curve.js';
import { rocAucScore } from './roc.js';

/** Key of a metric in the results. */
interface Named {
  readonly name?: string;
}

/**
 * Area under the ROC curve of a binary, multi-class or multi-label problem; see `rocAucScore`, `rocAucMultiClass`,
 * `rocAucMultiLabel`.
 * @throws TrainError `needs-two-classes` where the data has one class only, before `fit` trains
 */
export function rocAuc(options: Named & MultiClassAucOptions = {}): Metric {
  const name = options.name ?? 'roc_auc';
  const { average = 'macro' } = options;
  return {
    name,
    better: 'higher',
    checkLabels: (labels) => assertTwoClasses(name, labels),
    compute(predictions, labels) {
      assertTwoClasses(name, labels);
      const { problem, columns } = problemOf(predictions, labels);
      if (problem === 'binary') return rocAucScore(labels.values, predictions.values);
      return problem === 'multi-class'
        ? rocAucMultiClass(labels.values, predictions.values, columns, options)
        : rocAucMultiLabel(labels.values, predictions.values, columns, average);
    },
  };
}

/**
 * Average precision, the area under the precision-recall curve: of class 1 with two classes, else the mean over classes or
 * labels.
 * @throws TrainError `needs-two-classes` where the data has one class only, before `fit` trains
 */
export function averagePrecision(options: Named = {}): Metric {
  const name = options.name ?? 'average_precision';
  return {
    name,
    better: 'higher',
    checkLabels: (labels) => assertTwoClasses(name, labels),
    compute(predictions, labels) {
      assertTwoClasses(name, labels);
      const { problem, columns } = problemOf(predictions, labels);
      if (problem === 'binary') return averagePrecisionScore(labels.values, predictions.values);
      if (problem === 'multi-label') {
        return averagePrecisionMultiLabel(labels.values, predictions.values, columns);
      }
      const ofClass = (which: number): number =>
        averagePrecisionScore(
          labels.values.map((label) => Number(label === which)),
          labels.values.map((_, row) => predictions.values[row * columns + which]),
        );
      return columns === 2 ? ofClass(1) : weightedMean(Array.from({ length: columns }, (_, i) => ofClass(i)));
    },
  };
}

/** Brier score of a binary or multi-class problem; predictions must be probabilities. Multi-label: the mean over labels. */
export function brier(options: Named = {}): Metric {
  return {
    name: options.name ?? 'brier',
    better: 'lower',
    compute(predictions, labels) {
      const { problem, columns } = problemOf(predictions, labels);
      if (problem !== 'multi-class') return brierScore(labels.values, predictions.values);
      if (columns > 2) return brierScore(labels.values, predictions.values, columns);
      return brierScore(
        labels.values,
        labels.values.map((_, row) => predictions.values[row * 2 + 1]),
      );
    },
  };
}

/** Expected calibration error of a binary or multi-class problem; of a multi-label one over all its decisions. */
export function calibrationError(options: Named & CalibrationOptions = {}): Metric {
  return {
    name: options.name ?? 'calibration_error',
    better: 'lower',
    compute(predictions, labels) {
      const { problem, columns } = problemOf(predictions, labels);
      const width = problem === 'multi-class' ? columns : 1;
      return expectedCalibrationError(confidences(labels.values, predictions.values, width), options);
    },
  };
}

function assertTwoClasses(name: string, labels: HostTensor): void {
  const found = occurring(labels.values);
  if (found.length > 1) return;
  throw new TrainError(
    'needs-two-classes',
    `${name}: expected labels of at least two classes, found ` +
      `${found.length === 0 ? 'none' : `only class ${found[0]}`} in ${labels.shape[0] ?? 0} examples. ` +
      'Measure on data that has both, or leave the metric out.',
    { metric: name, classes: found },
  );
}
