import type { ClassifierOptions, Problem } from '@bertune/heads';

import { countClasses, type Example, type LabelSpace } from '../data/labels.js';
import type { DistillationValues } from '../distillation/distillation-options.js';
import { AppError } from '../errors.js';
import type { ClassWeights } from '../option-values.js';
import { closest } from '../suggest.js';

/** What changes the loss of a classifier. */
export interface LossOptions extends Omit<DistillationValues, 'unlabelled'> {
  /** `--label-smoothing`. */
  readonly labelSmoothing: number;
  /** `--class-weights`. */
  readonly classWeights: ClassWeights;
  /** `--loss`. */
  readonly loss: 'cross-entropy' | 'focal';
  /** `--focal-gamma`. */
  readonly focalGamma: number | undefined;
}

/** γ of focal loss where nothing else is asked for: that of its authors. */
const defaultGamma = 2;

/** The heads' word for a task of classification. */
function problemOf(task: Exclude<LabelSpace['task'], 'regression'>): Problem {
  return task === 'sigmoid' ? 'binary' : task;
}

function balancedWeights(examples: readonly Example[], labels: LabelSpace): number[] {
  const counts = countClasses(examples, labels);
  return counts.map((count) =>
    // One example at least: a class that only a former training knew has none here, and no say either.
    labels.task === 'multi-label'
      ? Math.max(examples.length - count, 1) / Math.max(count, 1)
      : examples.length / (counts.length * Math.max(count, 1)),
  );
}

function namedWeights(weights: ReadonlyMap<string, number>, labels: LabelSpace): number[] {
  for (const name of weights.keys()) {
    if (labels.names.includes(name)) continue;
    const near = closest(name, labels.names);
    throw new AppError('bad-value', {
      where: '--class-weights',
      expected: `classes out of ${labels.names.slice(0, 10).join(', ')}`,
      found: `'${name}'`,
      remedy: near ? `Did you mean ${near}?` : 'Classes that are left out have the weight 1.',
    });
  }
  return labels.names.map((name) => weights.get(name) ?? 1);
}

/**
 * Options of a classifier's head and loss.
 * @throws AppError `bad-value` for a weight of a class that does not exist
 */
export function classifierOptions(
  labels: LabelSpace & { readonly task: Exclude<LabelSpace['task'], 'regression'> },
  { labelSmoothing, classWeights, loss, focalGamma = defaultGamma, ...distillation }: LossOptions,
  examples: readonly Example[],
): ClassifierOptions {
  return {
    labels: labels.names,
    problem: problemOf(labels.task),
    labelSmoothing,
    ...(loss === 'focal' && { focalGamma }),
    ...(distillation.teacher !== undefined && {
      distillationWeight: distillation.distillationWeight,
      temperature: distillation.temperature,
      weightedMean: 'examples',
    }),
    ...(classWeights === 'none'
      ? {}
      : {
          classWeights:
            classWeights === 'balanced'
              ? balancedWeights(examples, labels)
              : namedWeights(classWeights, labels),
        }),
  };
}

/**
 * Checks the options about the loss against the task and each other.
 * @throws AppError `usage`
 */
export function checkLossOptions(options: LossOptions, task: LabelSpace['task']): void {
  const { labelSmoothing, classWeights, loss, focalGamma } = options;
  if (focalGamma !== undefined && loss !== 'focal') {
    throw new AppError('usage', {
      where: '--focal-gamma',
      expected: '--loss focal with it',
      found: `--loss ${loss}`,
      remedy: 'Add --loss focal, or leave --focal-gamma out.',
    });
  }
  if (task !== 'regression') return;
  const wrong =
    labelSmoothing > 0
      ? '--label-smoothing'
      : classWeights !== 'none'
        ? '--class-weights'
        : loss === 'focal'
          ? '--loss focal'
          : undefined;
  if (wrong === undefined) return;
  throw new AppError('usage', {
    where: wrong,
    expected: 'a task with classes',
    found: '--task regression',
    remedy: `Leave ${wrong} out.`,
  });
}
