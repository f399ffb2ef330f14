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
export { explain } from './explain/explain.js';
export { TokenizerError } from './errors.js';
export type { TokenizerErrorCode } from './errors.js';
export { BertTokenizer } from './tokenizer.js';
export type { BatchInput, DecodeOptions, EncodeInput, TextInput } from './tokenizer.js';
export type { BertTokenizerOptions, BertTokenizerSettings, CallDefaults } from './tokenizer-options.js';
export type { NormalizationStage } from './text/normalized-text.js';
export { loadFidelity } from '#fidelities';
export type { Fidelity } from './text/fidelity.js';
export {
  trainVocabulary,
  trainVocabularyAsync,
  trainVocabularyFromFiles,
} from './training/train-vocabulary.js';
export type { TrainVocabularyOptions, TrainingProgress } from './training/training-options.js';
export { encodeCorpus, encodeFile } from './corpus/encode-corpus.js';
export type { CorpusBatch } from './corpus/corpus-batch.js';
export type { CorpusEncodeOptions } from './corpus/encoded-chunk.js';
export type { CorpusOptions } from './corpus/corpus-options.js';
export type { Side, TruncationStrategy } from './encoding/truncation.js';
