import type { Example, LabelSpace } from '../data/labels.js';
import { classificationReport } from './classification.js';
import type { Report } from './format.js';
import { multiLabelReport } from './multi-label.js';
import { regressionReport } from './regression.js';

/**
 * The report that fits the task.
 * @param scores probabilities [N, C] row-major, or values [N] for regression
 */
export function makeReport(
  examples: readonly Example[],
  scores: ArrayLike<number>,
  labels: LabelSpace,
): Report {
  switch (labels.task) {
    case 'regression':
      return regressionReport(examples, scores);
    case 'multi-label':
      return multiLabelReport(examples, scores, labels);
    default:
      return classificationReport(examples, scores, labels);
  }
}
