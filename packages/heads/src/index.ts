export {
  type AttributableHead,
  type Attribution,
  integratedGradients,
  type IntegratedGradientsOptions,
} from './attribution/integrated-gradients.js';
export type { Pooling } from './embeddings/pooling.js';
export {
  SentenceEncoder,
  type SentenceEncoderOptions,
  type SentencePairBatch,
  type SentencePairLoss,
  type SentencePairs,
} from './embeddings/sentence-encoder.js';
export {
  checkClassifierOptions,
  type ClassifierOptions,
  type Problem,
} from './sequence/classifier-options.js';
export { HeadError, type HeadErrorCode } from './errors.js';
export type { TokenCandidate } from './language-model/candidates.js';
export {
  type EmbeddingDistillationBatch,
  EmbeddingDistillationModel,
  type EmbeddingDistillationOptions,
  type EmbeddingDistillationOutput,
} from './language-model/embedding-distillation-model.js';
export { MaskedLanguageModel } from './language-model/masked-language-model.js';
export type { MaskedPerText } from './language-model/masked-per-text.js';
export type { MaskedLanguageModelBatch, MaskedPositions } from './language-model/masked-tokens.js';
export { type NextSentenceBatch, NextSentencePredictor } from './language-model/next-sentence-predictor.js';
export {
  type PreTrainingBatch,
  type PreTrainingLogits,
  PreTrainingModel,
} from './language-model/pre-training-model.js';
export { distillationLoss, type DistillationOptions } from './losses/distillation.js';
export { type RegressionLoss, regressionLoss } from './losses/regression.js';
export { sigmoidCrossEntropy, type SigmoidCrossEntropyOptions } from './losses/sigmoid-cross-entropy.js';
export {
  type CrossEntropyOptions,
  IGNORED_LABEL,
  softmaxCrossEntropy,
  type WeightedMean,
} from './losses/softmax-cross-entropy.js';
export {
  type MultipleChoiceBatch,
  MultipleChoiceClassifier,
  type MultipleChoiceInputs,
} from './multiple-choice/multiple-choice-classifier.js';
export type { LoadHeadOptions } from './pretrained.js';
export {
  answerPositions,
  answerSpan,
  type QuestionWindow,
  type TextSpan,
  type TokenPositions,
} from './question-answering/answer-positions.js';
export { answerScores, type AnswerScores, meanAnswerScores } from './question-answering/answer-scores.js';
export {
  type Answer,
  decodeAnswers,
  type DecodeAnswersOptions,
  type DecodedAnswers,
  type ScoredWindow,
} from './question-answering/decode-answers.js';
export { QuestionAnswerer, type QuestionAnsweringBatch } from './question-answering/question-answerer.js';
export type { SequenceBatch } from './sequence/sequence-batch.js';
export { SequenceClassifier } from './sequence/sequence-classifier.js';
export { SequenceHead } from './sequence/sequence-head.js';
export { type RegressorOptions, SequenceRegressor } from './sequence/sequence-regressor.js';
export { TaskHead } from './task-head.js';
export { alignLabels, type AlignLabelsOptions, wordClasses } from './token-classification/align-labels.js';
export {
  type TokenClassificationBatch,
  TokenClassifier,
  type TokenClassifierOptions,
} from './token-classification/token-classifier.js';
