import { HeadError } from '../errors.js';
import { type DistillationOptions, distillationProblems } from '../losses/distillation.js';
import type { WeightedMean } from '../losses/softmax-cross-entropy.js';

/**
 * What a classifier's logits mean. `single-label`: one of C classes, softmax. `multi-label`: any of C labels, a
 * sigmoid each. `binary`: one logit, the sigmoid of which is the probability of label 1, as Dense(1) in Keras.
 */
export type Problem = 'single-label' | 'multi-label' | 'binary';

/** What a classifier tells apart, and how its loss counts. Those of a distillation are for batches with `teacherLogits`. */
export interface ClassifierOptions extends DistillationOptions {
  /** name of each class or label, at least two; a binary problem names 0 and 1; `multi-label` may have one */
  readonly labels: readonly string[];
  /** default `single-label` */
  readonly problem?: Problem | undefined;
  /** share of each target spread over all classes (or, with sigmoids, towards 1/2), in [0, 1); default 0 */
  readonly labelSmoothing?: number | undefined;
  /** weight of each class, positive; for `multi-label`, of each label's positive target; default 1 each */
  readonly classWeights?: readonly number[] | undefined;
  /** what the weighted mean divides by; default `sum-of-weights`, as torch; `examples` as Keras */
  readonly weightedMean?: WeightedMean | undefined;
  /** γ of focal loss (arXiv:1708.02002), at least 0, often 2: what the model is sure of counts less; default 0, cross-entropy */
  readonly focalGamma?: number | undefined;
}

/** Columns of the logits. */
export function logitCount({ labels, problem }: ClassifierOptions): number {
  return problem === 'binary' ? 1 : labels.length;
}

/**
 * Checks options before anything is made of them.
 * @throws HeadError `invalid-options`, naming every problem
 */
export function checkClassifierOptions(options: ClassifierOptions): void {
  const { labels, problem = 'single-label', labelSmoothing = 0, classWeights, focalGamma = 0 } = options;
  const problems: string[] = [];
  const fewest = problem === 'multi-label' ? 1 : 2;
  if (labels.length < fewest)
    problems.push(`labels: expected at least ${fewest} names, found ${labels.length}`);
  if (problem === 'binary' && labels.length > 2) {
    problems.push(`labels: a binary problem has 2 names, found ${labels.length}; use single-label`);
  }
  const repeated = labels.filter((label, i) => labels.indexOf(label) !== i);
  if (repeated.length > 0) problems.push(`labels: ${JSON.stringify(repeated[0])} is named twice`);
  if (!(labelSmoothing >= 0 && labelSmoothing < 1)) {
    problems.push(`labelSmoothing: expected a number in [0, 1), found ${labelSmoothing}`);
  }
  if (classWeights && classWeights.length !== labels.length) {
    problems.push(
      `classWeights: expected ${labels.length}, one for each label, found ${classWeights.length}`,
    );
  }
  const bad = classWeights?.find((weight) => !(weight > 0 && Number.isFinite(weight)));
  if (bad !== undefined) problems.push(`classWeights: expected positive numbers, found ${bad}`);
  if (!(focalGamma >= 0 && Number.isFinite(focalGamma)))
    problems.push(`focalGamma: expected a number of at least 0, found ${focalGamma}`);
  problems.push(...distillationProblems(options));
  if (problems.length > 0)
    throw new HeadError('invalid-options', `Classifier options: ${problems.join('; ')}.`);
}
