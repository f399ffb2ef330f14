import { SequenceClassifier, SequenceRegressor } from '@bertune/heads';

import { AppError } from '../errors.js';
import { recordedMaxLength } from '../run-record.js';
import { resolveMaxLength, type LoadedModel } from './build-model.js';
import { readModelConfig, storedTask } from './stored-task.js';
import { loadTokenizer } from './tokenizer.js';

/**
 * Loads a model that can be used as it is: encoder, head and tokenizer.
 * @param maxLength longest input asked for; absent: that of the training, else what tokenizer and model allow
 * @throws AppError `missing-directory`, `model-mismatch`; errors of the packages
 */
export async function loadTrained(directory: string, maxLength: number | undefined): Promise<LoadedModel> {
  const pretrained = await readModelConfig(directory);
  const labels = storedTask(pretrained);
  if (labels === undefined) {
    throw new AppError('model-mismatch', {
      where: '--model',
      expected: 'a classifier or regressor (BertForSequenceClassification in config.json)',
      found: `an encoder without a head in ${directory}`,
      remedy: 'Fine-tune it first: sentiment train --model DIR.',
    });
  }
  const { tokenizer, notes } = await loadTokenizer(directory, pretrained.config);
  const trained = maxLength ?? (await recordedMaxLength(directory));
  const natural = Math.min(tokenizer.settings.modelMaxLength ?? Infinity, pretrained.config.maxPosition);
  const length = resolveMaxLength(trained ?? natural, pretrained.config);
  const model =
    labels.task === 'regression'
      ? await SequenceRegressor.fromPretrained(directory)
      : await SequenceClassifier.fromPretrained(directory);
  return {
    model,
    tokenizer,
    labels,
    maxLength: length,
    notes: [`model: ${directory}, inputs of up to ${length} tokens`, ...notes],
  };
}
