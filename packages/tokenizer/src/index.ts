/** The BERT tokenizer: text to token ids, attention mask and token types, exact to Hugging Face. */
export type { AddedToken, ResolvedAddedToken } from './added-tokens.js';
export type { EncodeOptions } from './encode-options.js';
export type { BatchEncoding, Encoding } from './encoding.js';
export { TokenizerError } from './errors.js';
export type { TokenizerErrorCode } from './errors.js';
export { BertTokenizer } from './tokenizer.js';
export type { BatchInput, DecodeOptions, EncodeInput, TextInput } from './tokenizer.js';
export type { BertTokenizerOptions, BertTokenizerSettings } from './tokenizer-options.js';
export { trainVocabulary } from './train-vocabulary.js';
export type { TrainVocabularyOptions } from './train-vocabulary.js';
export type { Side, TruncationStrategy } from './truncation.js';
