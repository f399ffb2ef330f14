import type { BertTokenizer } from '@bertune/tokenizer';
import type { PreTrainingVocabulary } from '@bertune/train';

import { AppError } from '../errors.js';

/**
 * What masking must know of a tokenizer.
 * @throws AppError `model-mismatch` without `[MASK]`
 */
export function maskingVocabulary(tokenizer: BertTokenizer): PreTrainingVocabulary {
  const { maskTokenId, clsTokenId, sepTokenId, padTokenId, vocabularySize: size } = tokenizer;
  if (maskTokenId === undefined) {
    throw new AppError('model-mismatch', {
      where: 'vocabulary',
      expected: 'a token [MASK]',
      found: 'none',
      remedy: 'Pre-training masks tokens: start from a model whose vocabulary has one, or without --model.',
    });
  }
  // WordPiece writes `##` before tokens that go on a word.
  const goesOn = Uint8Array.from({ length: size }, (_, id) =>
    Number(tokenizer.tokenOf(id)?.startsWith('##') ?? false),
  );
  return { size, clsTokenId, sepTokenId, padTokenId, maskTokenId, continuesWord: (id) => goesOn[id] === 1 };
}
