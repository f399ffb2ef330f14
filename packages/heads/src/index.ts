export { checkClassifierOptions, type ClassifierOptions, type Problem } from './classifier-options.js';
export { HeadError, type HeadErrorCode } from './errors.js';
export { type RegressionLoss, regressionLoss } from './losses/regression.js';
export { sigmoidCrossEntropy, type SigmoidCrossEntropyOptions } from './losses/sigmoid-cross-entropy.js';
export {
  type CrossEntropyOptions,
  softmaxCrossEntropy,
  type WeightedMean,
} from './losses/softmax-cross-entropy.js';
export type { SequenceBatch } from './sequence-batch.js';
export { SequenceClassifier } from './sequence-classifier.js';
export { SequenceHead } from './sequence-head.js';
export { type RegressorOptions, SequenceRegressor } from './sequence-regressor.js';
