import type { PretrainedConfig } from '@bertune/bert';

import type { Problem } from './classifier-options.js';
import { HeadError } from '../errors.js';
import { labelMaps, labelNames } from '../label-names.js';
import { NEGATIVE_LABEL } from '../pretrained.js';

/** Hugging Face's words for what logits mean. A single multi-label logit is a binary problem. */
const PROBLEM_TYPES: Readonly<Record<Problem, string>> = {
  'single-label': 'single_label_classification',
  'multi-label': 'multi_label_classification',
  binary: 'multi_label_classification',
};

/** Keys of `config.json` that say what a classifier's logits mean. */
export function meaningToJson(problem: Problem, labels: readonly string[]): Record<string, unknown> {
  const [negative, positive] = labels;
  return {
    ...labelMaps(problem === 'binary' ? [positive] : labels),
    ...(problem === 'binary' && { [NEGATIVE_LABEL]: negative }),
    problem_type: PROBLEM_TYPES[problem],
  };
}

/**
 * What a `config.json` says of the logits.
 * @param overridden whether the caller says what the problem is, so that the file may be of another kind
 * @throws HeadError `wrong-task` for a regression model
 */
export function storedMeaning(
  pretrained: PretrainedConfig,
  overridden: boolean,
): { labels: readonly string[]; problem: Problem } {
  // Hugging Face leaves the default of two labels out of the file.
  const labels = labelNames(pretrained) ?? ['LABEL_0', 'LABEL_1'];
  const { problem_type: type, [NEGATIVE_LABEL]: negative } = pretrained.extra;
  if (typeof negative === 'string' && labels.length === 1)
    return { labels: [negative, ...labels], problem: 'binary' };
  if (type === 'multi_label_classification') return { labels, problem: 'multi-label' };
  if (!overridden && (type === 'regression' || labels.length === 1)) {
    throw new HeadError(
      'wrong-task',
      `${pretrained.source}: expected a classifier, found ${type === 'regression' ? 'a regression model' : 'one label, which Hugging Face takes as regression'}. ` +
        'Load it as a SequenceRegressor, or give `labels` and `problem`.',
    );
  }
  return { labels, problem: 'single-label' };
}
