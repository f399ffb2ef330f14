import type { BertConfig } from '@bertune/bert';
import { BertTokenizer, trainVocabulary } from '@bertune/tokenizer';

import type { TextExample } from '../data/read-examples.js';
import { AppError } from '../errors.js';
import { readTokenizer, type ReadTokenizer } from './read-tokenizer.js';

/**
 * Rows of the word embedding beyond the vocabulary are padding, up to a multiple of 8, 64 or 128. Anything else means
 * files of two models.
 */
function fits(tokens: number, rows: number): boolean {
  return tokens === rows || (tokens < rows && rows - tokens < 128 && rows % 8 === 0);
}

/**
 * Reads a model's tokenizer and makes sure that it belongs to the weights.
 * @throws AppError `model-mismatch`; errors of `@bertune/tokenizer`
 */
export async function loadTokenizer(directory: string, config: BertConfig): Promise<ReadTokenizer> {
  const read = await readTokenizer(directory);
  const { tokenizer } = read;
  if (fits(tokenizer.vocabularySize, config.vocabSize)) return read;
  throw new AppError('model-mismatch', {
    where: `${directory}, vocabulary`,
    expected: `${config.vocabSize} tokens, as many as the word embedding has rows (vocab_size in config.json)`,
    found: `${tokenizer.vocabularySize}`,
    remedy: 'The vocabulary and the weights are of two models: take both from the same place.',
  });
}

/** Tokens of a vocabulary made for a model from scratch; small data sets end with fewer. */
const vocabularySize = 4000;

/** A tokenizer whose vocabulary is learnt from the training texts, and from no other. */
export function tokenizerFromTexts(examples: readonly TextExample[], maxLength: number): BertTokenizer {
  const texts = examples.flatMap(({ text, pair }) => (pair === undefined ? [text] : [text, pair]));
  return new BertTokenizer(trainVocabulary(texts, { size: vocabularySize }), { modelMaxLength: maxLength });
}
