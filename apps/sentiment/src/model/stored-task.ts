import { readPretrainedConfig, type PretrainedConfig } from '@bertune/bert';

import type { LabelSpace } from '../data/labels.js';
import { AppError } from '../errors.js';

/** Class of `transformers` whose models have a head that this program can use. */
const headClass = 'BertForSequenceClassification';

function names(id2label: unknown): readonly string[] {
  if (typeof id2label !== 'object' || id2label === null) return ['LABEL_0', 'LABEL_1'];
  return Object.entries(id2label)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, name]) => String(name));
}

/** What the head of a saved model was trained for; `undefined` for a bare encoder. */
export function storedTask({ architectures, extra }: PretrainedConfig): LabelSpace | undefined {
  const { problem_type: problem, negative_label: negative, id2label } = extra;
  if (!architectures.includes(headClass)) return undefined;
  const labels = names(id2label);
  if (labels.length === 1 && typeof negative === 'string')
    return { task: 'sigmoid', names: [negative, ...labels] };
  if (problem === 'multi_label_classification') return { task: 'multi-label', names: labels };
  // transformers, too, takes a single label without a problem type as regression.
  if (problem === 'regression' || labels.length === 1) return { task: 'regression', names: [] };
  return { task: 'single-label', names: labels };
}

/**
 * What a model folder says about itself.
 * @param option that named it, for messages
 * @throws AppError `missing-directory`; errors of `@bertune/bert` for a file that cannot be understood
 */
export async function readModelConfig(directory: string, option = '--model'): Promise<PretrainedConfig> {
  try {
    return await readPretrainedConfig(directory);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'not-found') throw error;
    throw new AppError('missing-directory', {
      where: option,
      expected: 'a model: config.json (or bert_config.json, saved_model.pb), weights and vocabulary',
      found: `no config.json in ${directory}`,
      remedy:
        'Name the directory that train saved, or a model of the Hugging Face hub such as google-bert/bert-base-uncased.',
      cause: error,
    });
  }
}
