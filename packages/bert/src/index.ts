export {
  Bert,
  type BertOptions,
  type BertParts,
  type FromConfigOptions,
  type FromPretrainedOptions,
  type SavePretrainedOptions,
} from './bert.js';
export type { Checkpoint, CheckpointEntry } from './checkpoint.js';
export { type CheckpointFit, type FitOptions, type StoredParameter } from './checkpoint-fit.js';
export { type AssignParameter, loadParameters, type LoadReport } from './checkpoint-load.js';
export { openCheckpoint } from './checkpoint-open.js';
export { type ConvertOptions, convertPretrained, type ConvertReport } from './saving/convert.js';
export type { ParameterToSave, ParametersToSave } from './saving/parameter-to-save.js';
export { SAVE_FORMATS, type SaveFormat, type SaveOptions, saveParameters } from './saving/save-parameters.js';
export { type Activation, type BertConfig, bertSizes, createBertConfig } from './config.js';
export {
  bertConfigExtra,
  bertConfigToJson,
  type ConfigFlavour,
  parseBertConfig,
  type ParseConfigOptions,
} from './config-json.js';
export { gradualUnfreezing, layerwiseDecay, parameterDepth } from './depth.js';
export { dropoutStream, type TrainingRun } from './dropout-stream.js';
export type { BertOutput, EncodeOptions } from './encoder.js';
export {
  BertError,
  CheckpointError,
  type CheckpointErrorCode,
  type CheckpointErrorDetails,
  ConfigError,
  type ConfigErrorCode,
  type ConfigProblem,
  type ParameterMismatch,
} from './errors.js';
export type { RandomAccessFile } from './files.js';
export { type FeatureExtractor, firstTokenFeatures } from './first-token.js';
export { HeapError, type HeapErrorCode } from './heap.js';
export { type BertInputs, InputError, type InputErrorCode } from './inputs.js';
export { addLora, type AddLoraOptions, mergeLora, unmergeLora } from './lora/add-lora.js';
export type { LoraConfig, LoraOptions } from './lora/lora-config.js';
export {
  loadLora,
  type LoraModel,
  readLoraConfig,
  saveLora,
  type SaveLoraOptions,
} from './lora/lora-files.js';
export type { Lora } from './lora/lora.js';
export {
  type LoadedVariables,
  loadVariables,
  type LoadVariablesOptions,
  saveVariables,
  type SaveVariablesOptions,
} from './model-files.js';
export { readModelJson, writeModelJson } from './model-json.js';
export {
  extendPositions,
  type ExtendPositionsOptions,
  type ExtensionMethod,
} from './surgery/extend-positions.js';
export { pruneHeads } from './surgery/prune-heads.js';
export type { PrunedHeads } from './surgery/pruned-heads.js';
export {
  resizeTokenEmbeddings,
  type ResizeTokenEmbeddingsOptions,
} from './surgery/resize-token-embeddings.js';
export { activatedLinear } from './ops/activation.js';
export { type Dropout, dropout } from './ops/dropout.js';
export { type LayerNorm, layerNorm } from './ops/layer-norm.js';
export type { LowRank } from './ops/adapted-linear.js';
export { type Linear, linear } from './ops/linear.js';
export { type Differentiable, withGradient } from './ops/with-gradient.js';
export { createParameters, encoderParameters, linearParameters, type ParameterSpec } from './parameters.js';
export type { PhiloxStream } from './philox.js';
export { openPickle } from './pickle/open-pickle.js';
export { type PretrainedConfig, readPretrainedConfig } from './pretrained.js';
export type { SafetensorsDtype, SaveDtype } from './safetensors/dtype.js';
export type { SafetensorsEntry, SafetensorsHeader } from './safetensors/header.js';
export { openSafetensors, type SafetensorsFile } from './safetensors/reader.js';
export { SourceError, type SourceErrorCode, type SourceErrorDetails } from './sources/errors.js';
export { resolvePretrained } from './sources/resolve-pretrained.js';
export type { ResolveOptions, SourceProgress } from './sources/sources.js';
export { type TensorToWrite, writeSafetensors, type WriteSafetensorsOptions } from './safetensors/writer.js';
export { type StoredTokenizer, storedTokenizer } from './stored-tokenizer.js';
