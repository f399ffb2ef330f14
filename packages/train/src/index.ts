export {
  type BatchingOptions,
  type BatchSizing,
  fullRows,
  type PaddingFigures,
  paddingOf,
  paddingWaste,
  planBatches,
} from './batching.js';
export type {
  Callback,
  CallbackModel,
  CallbackState,
  EvaluationResults,
  FitParams,
  HookResult,
  Logs,
  NonFiniteStep,
  ParameterSnapshot,
  StepLogs,
} from './callbacks/callback.js';
export { CSVLogger, type CSVLoggerOptions } from './callbacks/csv-logger.js';
export { EarlyStopping, type EarlyStoppingOptions } from './callbacks/early-stopping.js';
export { JsonLinesLogger, type JsonLinesLoggerOptions } from './callbacks/json-lines-logger.js';
export { LearningRateScheduler } from './callbacks/learning-rate-scheduler.js';
export { ModelCheckpoint, type ModelCheckpointOptions } from './callbacks/model-checkpoint.js';
export type { MonitorOptions } from './callbacks/monitor.js';
export { ProgressBar, type ProgressBarOptions } from './callbacks/progress-bar.js';
export { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from './callbacks/reduce-lr-on-plateau.js';
export { TensorBoard, type TensorBoardOptions } from './callbacks/tensorboard.js';
export { EventFileWriter, type EventFileWriterOptions } from './callbacks/tensorboard/event-file-writer.js';
export { TerminateOnNaN, type TerminateOnNaNOptions } from './callbacks/terminate-on-nan.js';
export {
  ExponentialMovingAverage,
  type ExponentialMovingAverageOptions,
  StochasticWeightAveraging,
  type StochasticWeightAveragingOptions,
  type WeightAveraging,
} from './callbacks/weight-averaging.js';
export { clipFactor, type ClipNorm } from './clipping.js';
export { compile, type CompiledModel, type CompileOptions } from './compile.js';
export type { CollateRun, Dataset } from './dataset.js';
export { EagerExecutor } from './eager-executor.js';
export { TrainError, type TrainErrorCode } from './errors.js';
export type { RunEstimate } from './estimate/run-estimate.js';
export type { BatchShape, MeasuredShape } from './estimate/step-cost.js';
export type { Evaluation } from './evaluate.js';
export type {
  Executor,
  HostTensor,
  MicroBatch,
  OutOfMemory,
  StepRequest,
  StepResult,
  TrainedParameter,
  TrainingRequest,
  TrainingSession,
} from './executor.js';
export type { EpochSums } from './epoch-figures.js';
export type { EvaluateOptions, FitOptions } from './fit-options.js';
export type { History } from './history.js';
export type { SelectedParameter } from './select-parameters.js';
export {
  findLabelIssues,
  type LabelIssue,
  type LabelIssueFilter,
  type LabelIssueOptions,
  type LabelIssues,
} from './label-noise/find-label-issues.js';
export { lengthBuckets, type LengthBucketsOptions, padToBuckets } from './length-buckets.js';
export { balancedAccuracyScore, cohenKappa, topKAccuracyScore } from './metrics/agreement.js';
export { accuracyScore, subsetAccuracyScore } from './metrics/accuracy.js';
export {
  type BootstrapInterval,
  bootstrapInterval,
  bootstrapIntervals,
  type BootstrapOptions,
} from './metrics/bootstrap.js';
export { brierScore } from './metrics/brier.js';
export {
  type CalibrationOptions,
  type Confidences,
  confidences,
  expectedCalibrationError,
  type ReliabilityBin,
  reliabilityBins,
} from './metrics/calibration.js';
export {
  accuracy,
  type AveragedOptions,
  balancedAccuracy,
  f1,
  logLoss,
  mcc,
  precision,
  recall,
  type ThresholdOptions,
} from './metrics/classification-metrics.js';
export { type ConfusionMatrix, confusionMatrix } from './metrics/confusion-matrix.js';
export { kendallTau, pearsonCorrelation, spearmanCorrelation } from './metrics/correlation.js';
export { argMax, decide, type Decisions } from './metrics/decisions.js';
export {
  decisionThreshold,
  type DecisionThreshold,
  type ThresholdObjective,
} from './metrics/decision-threshold.js';
export {
  entitiesOf,
  type Entity,
  entityScores,
  type EntityScores,
  type TagMode,
} from './metrics/entities.js';
export { logLossScore } from './metrics/log-loss.js';
export { matthewsCorrelation } from './metrics/matthews.js';
export type { Metric } from './metrics/metric.js';
export { type MultiClassAucOptions, rocAucMultiClass } from './metrics/multi-class-auc.js';
export {
  averagePrecisionMultiLabel,
  hammingLoss,
  type MultiLabelAverage,
  rocAucMultiLabel,
  sampleScores,
} from './metrics/multi-label.js';
export {
  type Average,
  averageScore,
  type ClassCounts,
  classCounts,
  multiLabelCounts,
  type PrecisionRecallF,
  type PrecisionRecallOptions,
  scoreOfClass,
} from './metrics/precision-recall.js';
export {
  averagePrecisionScore,
  type PrecisionRecallCurve,
  precisionRecallCurve,
} from './metrics/precision-recall-curve.js';
export { averagePrecision, brier, calibrationError, rocAuc } from './metrics/probability-metrics.js';
export {
  explainedVariance,
  maxError,
  meanAbsoluteError,
  meanSquaredError,
  r2Score,
  rootMeanSquaredError,
} from './metrics/regression.js';
export { mae, mse, pearson, r2, rmse, spearman } from './metrics/regression-metrics.js';
export { rocAucScore, type RocCurve, rocCurve } from './metrics/roc.js';
export { fitTemperature, scaledProbabilities, type Temperature } from './metrics/temperature.js';
export { wilsonInterval } from './metrics/wilson-interval.js';
export { adam, type Adam, type AdamMoments } from './optimizers/adam.js';
export { adamW, type AdamW } from './optimizers/adamw.js';
export { applyUpdate, type ParameterUpdate } from './optimizers/apply-update.js';
export { bertAdam, type BertAdam } from './optimizers/bert-adam.js';
export { decayGroups, type DecayGroups, decayOf, defaultNoDecay } from './optimizers/decay.js';
export type { OptimizerState, SlotValues } from './optimizers/optimizer-state.js';
export type { Optimizer, OptimizerBase, WeightDecay } from './optimizers/optimizer.js';
export { sgd, type Sgd } from './optimizers/sgd.js';
export { OptimizerSlots } from './optimizers/slots.js';
export {
  type AdamRule,
  type SgdRule,
  slotNames,
  updateNumbers,
  type UpdateNumbers,
  updateRule,
  type UpdateRule,
} from './optimizers/update-rule.js';
export {
  type CoOccurrenceEmbeddingOptions,
  coOccurrenceEmbeddings,
} from './pre-training/co-occurrence-embeddings.js';
export {
  distillationData,
  type DistillationTensors,
  type TaughtSentence,
} from './pre-training/distillation-data.js';
export { type PackedTextOptions, packedTexts } from './pre-training/packed-texts.js';
export {
  maskedTextData,
  preTrainingData,
  type PreTrainingTensors,
} from './pre-training/pre-training-data.js';
export type {
  MaskedTensors,
  PreTrainingDataOptions,
  PreTrainingVocabulary,
} from './pre-training/row-masker.js';
export type { MaskingOptions, MaskingVocabulary } from './pre-training/mask-tokens.js';
export {
  type SegmentPair,
  type SegmentPairOptions,
  segmentPairs,
  type TokenizedDocument,
} from './pre-training/segment-pairs.js';
export { predict, type PredictOptions } from './predict.js';
export type { RangeTest } from './range-test/range-test.js';
export type { RangeTestOptions, RangeTestStep } from './range-test/range-test-options.js';
export {
  type LearningRateSuggestion,
  suggestLearningRate,
  type SuggestionOptions,
} from './range-test/suggest-learning-rate.js';
export { constantSchedule } from './schedules/constant.js';
export { cosineRestartsSchedule, cosineSchedule } from './schedules/cosine.js';
export { inverseSqrtSchedule } from './schedules/inverse-sqrt.js';
export { googleLinearSchedule, linearSchedule } from './schedules/linear.js';
export { polynomialSchedule } from './schedules/polynomial.js';
export type { Schedule } from './schedules/schedule.js';
export type { WarmupOptions } from './schedules/warmup.js';
export type { CheckpointOptions, TrainingState } from './training-state.js';
export { batchTensors, type Predictor, type Trainable, type TrainingRun } from './trainable.js';
