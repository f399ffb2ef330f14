/** The tokenizers of our own golden cases: a small vocabulary under several sets of options. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { type AddedToken, BertTokenizer, type BertTokenizerOptions } from '../src/index.js';
import { parseVocabulary } from '../src/files/pretrained-files.js';

interface Arguments {
  do_lower_case?: boolean;
  strip_accents?: boolean;
  tokenize_chinese_chars?: boolean;
  padding_side?: 'left' | 'right';
  truncation_side?: 'left' | 'right';
  model_max_length?: number;
  unk_token?: string;
  cls_token?: string;
  sep_token?: string;
  pad_token?: string;
  mask_token?: string;
  added_tokens?: (AddedToken & { single_word?: boolean })[];
}

const OPTION_NAMES: Record<Exclude<keyof Arguments, 'added_tokens'>, keyof BertTokenizerOptions> = {
  do_lower_case: 'lowercase',
  strip_accents: 'stripAccents',
  tokenize_chinese_chars: 'tokenizeChineseChars',
  padding_side: 'paddingSide',
  truncation_side: 'truncationSide',
  model_max_length: 'modelMaxLength',
  unk_token: 'unkToken',
  cls_token: 'clsToken',
  sep_token: 'sepToken',
  pad_token: 'padToken',
  mask_token: 'maskToken',
};

/** Where the cases lie. `BERTUNE_TOKENIZER_CASES`: another folder written by the same script, e.g. with 20,000 random cases. */
export const casesFolder =
  process.env.BERTUNE_TOKENIZER_CASES ?? fileURLToPath(new URL('golden', import.meta.url));
const about = JSON.parse(readFileSync(`${casesFolder}/tokenizers.json`, 'utf8')) as {
  tokenizers: Record<string, Arguments>;
};
const vocabulary = parseVocabulary(readFileSync(`${casesFolder}/vocab.txt`, 'utf8'));
/** By the name that cases call them. */
export const referenceTokenizers: ReadonlyMap<string, BertTokenizer> = new Map(
  Object.entries(about.tokenizers).map(([name, { added_tokens = [], ...rest }]) => {
    const options = Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [OPTION_NAMES[key as keyof typeof OPTION_NAMES], value]),
    );
    const addedTokens = added_tokens.map(({ single_word = false, ...token }) => ({
      ...token,
      singleWord: single_word,
    }));
    return [name, new BertTokenizer(vocabulary, { ...options, addedTokens })] as const;
  }),
);

/** The tokenizer of a case. */
export function tokenizerOf(name: string): BertTokenizer {
  const tokenizer = referenceTokenizers.get(name);
  if (tokenizer === undefined) throw new Error(`no tokenizer ${name}`);
  return tokenizer;
}
