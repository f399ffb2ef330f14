import { TokenizerError } from '../errors.js';
import type { BertTokenizer } from '../tokenizer.js';
import type { BertTokenizerOptions } from '../tokenizer-options.js';
import { readPretrained } from './pretrained-files.js';

/**
 * Makes a tokenizer of a directory, and sees to it that added tokens have the ids that the files give them.
 * @param overrides options that come before what the files say
 * @param make calls the constructor
 * @throws TokenizerError those of `readPretrained` and of `make`, `added-token-id`
 */
export async function loadPretrained(
  directory: string,
  overrides: BertTokenizerOptions,
  make: (vocabulary: readonly string[], options: BertTokenizerOptions) => Promise<BertTokenizer>,
): Promise<BertTokenizer> {
  const { vocabulary, options, addedTokenIds } = await readPretrained(directory, overrides);
  const tokenizer = await make(vocabulary, options);
  for (const [content, expected] of addedTokenIds) {
    const found = tokenizer.idOf(content);
    if (found === expected) continue;
    throw new TokenizerError(
      'added-token-id',
      `${directory}: added token ${JSON.stringify(content)} should have the id ${expected}, but the ` +
        `${vocabulary.length} tokens of the vocabulary and the tokens added before it lead to ${found}. ` +
        'The files do not belong together.',
      { token: content, expected, found },
    );
  }
  return tokenizer;
}
