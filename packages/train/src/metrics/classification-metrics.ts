import { TrainError } from '../errors.js';
import type { HostTensor } from '../executor.js';
import { accuracyScore, subsetAccuracyScore } from './accuracy.js';
import { balancedAccuracyScore } from './agreement.js';
import { decide, type Decisions } from './decisions.js';
import { logLossScore } from './log-loss.js';
import { matthewsCorrelation } from './matthews.js';
import type { Metric } from './metric.js';
import {
  averageScore,
  type Average,
  classCounts,
  multiLabelCounts,
  type PrecisionRecallF,
  type PrecisionRecallOptions,
  scoreOfClass,
} from './precision-recall.js';

/** Options of metrics that decide by a threshold. */
export interface ThresholdOptions {
  /** key in the results */
  readonly name?: string;
  /** probability from which a label holds, for binary and multi-label problems; default 0.5 */
  readonly threshold?: number;
}

/** Options of precision, recall and F1. */
export interface AveragedOptions extends ThresholdOptions, Pick<PrecisionRecallOptions, 'zeroDivision'> {
  /** `binary`: class 1 alone. Default: `binary` for two classes, else `macro`. */
  readonly average?: Average | 'binary';
}

/** Share of examples that are right; of multi-label ones, those with every label right. */
export function accuracy(options: ThresholdOptions = {}): Metric {
  return decided(options.name ?? 'accuracy', options, ({ problem, labels, predictions, columns }) =>
    problem === 'multi-label'
      ? subsetAccuracyScore(labels, predictions, columns)
      : accuracyScore(labels, predictions),
  );
}

/** Precision; see `AveragedOptions`. */
export function precision(options: AveragedOptions = {}): Metric {
  return averaged('precision', options, (score) => score.precision);
}

/** Recall; see `AveragedOptions`. */
export function recall(options: AveragedOptions = {}): Metric {
  return averaged('recall', options, (score) => score.recall);
}

/** F1; see `AveragedOptions`. */
export function f1(options: AveragedOptions = {}): Metric {
  return averaged('f1', options, (score) => score.f);
}

/** Matthews correlation coefficient of a binary or multi-class problem. */
export function mcc(options: ThresholdOptions = {}): Metric {
  return decided(options.name ?? 'mcc', options, ({ problem, labels, predictions }) => {
    if (problem !== 'multi-label') return matthewsCorrelation(labels, predictions);
    throw new TrainError('shape-mismatch', 'mcc: expected one label an example, found several.');
  });
}

/** Mean recall of the classes of a binary or multi-class problem. */
export function balancedAccuracy(options: ThresholdOptions = {}): Metric {
  return decided(options.name ?? 'balanced_accuracy', options, ({ problem, labels, predictions }) => {
    if (problem !== 'multi-label') return balancedAccuracyScore(labels, predictions);
    throw new TrainError('shape-mismatch', 'balancedAccuracy: expected one label an example, found several.');
  });
}

/** Log loss of a binary or multi-class problem; predictions must be probabilities. */
export function logLoss(options: { readonly name?: string } = {}): Metric {
  return {
    name: options.name ?? 'log_loss',
    better: 'lower',
    compute: (predictions: HostTensor, labels: HostTensor) =>
      logLossScore(labels.values, predictions.values, predictions.shape[1] ?? 1),
  };
}

function averaged(name: string, options: AveragedOptions, pick: (score: PrecisionRecallF) => number): Metric {
  const { average } = options;
  const fullName = options.name ?? (average && average !== 'binary' ? `${name}_${average}` : name);
  return decided(fullName, options, ({ problem, labels, predictions, columns }) => {
    const twoClasses = problem === 'binary' || (problem === 'multi-class' && columns === 2);
    const chosen = average ?? (twoClasses ? 'binary' : 'macro');
    if (chosen === 'binary') {
      if (!twoClasses) {
        throw new TrainError(
          'shape-mismatch',
          `${fullName}: average 'binary' needs two classes, found ${columns}. Use 'macro', 'micro' or 'weighted'.`,
        );
      }
      return pick(scoreOfClass(classCounts(labels, predictions, { classes: [1] })[0], options));
    }
    const counts =
      problem === 'multi-label'
        ? multiLabelCounts(labels, predictions, columns)
        : classCounts(labels, predictions);
    return pick(averageScore(counts, chosen, options));
  });
}

function decided(name: string, options: ThresholdOptions, compute: (decisions: Decisions) => number): Metric {
  return {
    name,
    better: 'higher',
    compute: (predictions, labels) => compute(decide(predictions, labels, options)),
  };
}
