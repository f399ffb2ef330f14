import { readFileSync } from 'node:fs';

import { parseVocabulary } from '../src/files/pretrained-files.js';

/** The vocabulary of test/golden: about 400 tokens, written by tools/reference/tokenizer.py. */
export const smallVocabulary = parseVocabulary(
  readFileSync(new URL('golden/vocab.txt', import.meta.url), 'utf8'),
);

/** The five tokens every BERT vocabulary has. */
export const specialTokens = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', '[MASK]'];
