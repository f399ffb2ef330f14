/** The BERT tokenizer: text to token ids, attention mask and token types, exact to Hugging Face. */
export type { AddedToken, ResolvedAddedToken } from './tokens/added-tokens.js';
export type { EncodeOptions } from './encoding/encode-options.js';
export type { BatchEncoding, Encoding } from './encoding/encoding.js';
export type {
  ExplainedAddedToken,
  ExplainedChange,
  ExplainedPiece,
  ExplainedSource,
  ExplainedText,
  ExplainedToken,
  ExplainedUnknown,
  ExplainedWord,
  Explanation,
} from './explain/explanation.js';
export { TokenizerError } from './errors.js';
export type { TokenizerErrorCode } from './errors.js';
export { BertTokenizer } from './tokenizer.js';
export type { BatchInput, DecodeOptions, EncodeInput, TextInput } from './tokenizer.js';
export type { BertTokenizerOptions, BertTokenizerSettings } from './tokenizer-options.js';
export type { NormalizationStage } from './text/normalized-text.js';
export type { Fidelity } from './text/fidelity.js';
export { trainVocabulary } from './training/train-vocabulary.js';
export type { TrainVocabularyOptions } from './training/train-vocabulary.js';
export type { Side, TruncationStrategy } from './encoding/truncation.js';
