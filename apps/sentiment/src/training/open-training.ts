import { gradualUnfreezing, layerwiseDecay } from '@bertune/bert';
import type { SequenceBatch } from '@bertune/heads';
import {
  accuracy,
  type BatchSizing,
  type CompiledModel,
  compile,
  type Dataset,
  type FitOptions,
  type Metric,
  pearson,
  type TrainingState,
} from '@bertune/train';

import type { Splits } from '../data/load-splits.js';
import { noLogits, readByTeacher, withTeacherLogits } from '../distillation/teacher-logits.js';
import type { Teaching } from '../distillation/teaching.js';
import type { EstimateJob } from '../estimate/estimate-training.js';
import type { TextSink } from '../io.js';
import type { LoadedModel } from '../model/build-model.js';
import { collate, encodeExamples, type EncodedExample, type PaddedLength } from '../model/encode.js';
import { type MakeExecutor, makeEagerExecutor, trainingShapes } from '../model/shapes.js';
import type { Task } from '../options.js';
import { cachedSplits, rowsOf } from './cached-features.js';
import { trainedParameters } from './freeze.js';
import { optimizerOf, scheduleOf } from './optimizer.js';
import type { TrainSettings } from './settings.js';

/** A training that is ready to begin. */
export interface TrainingJob {
  /** Model, tokenizer, labels. */
  readonly loaded: LoadedModel;
  /** Its examples. */
  readonly splits: Splits;
  /** Whom the model learns from beside the labels. */
  readonly teaching?: Teaching | undefined;
  /** How to train. */
  readonly settings: TrainSettings;
  /** Folder of the run, where logs go. */
  readonly output: string;
  /** Where progress goes. */
  readonly sink: TextSink;
  /** Ends the training after the current step. */
  readonly signal: AbortSignal;
  /** Where the run stood when it was cut off; undefined at its beginning. */
  readonly from: TrainingState | undefined;
  /** Writes a checkpoint; gives its folder. */
  readonly saveCheckpoint: (state: TrainingState) => Promise<string>;
  /** Makes what runs the steps; default: op by op on the active backend. */
  readonly makeExecutor?: MakeExecutor;
}

type Texts = Dataset<EncodedExample, SequenceBatch>;

/** A training with its examples encoded and its model compiled. */
export interface OpenTraining {
  /** The caller disposes it. */
  readonly compiled: CompiledModel<SequenceBatch>;
  /** Size of its batches. */
  readonly sizing: BatchSizing;
  /** Name of the metric beside the loss. */
  readonly metric: string;
  /** Puts examples into batches like those of the validation. */
  readonly evaluationData: (examples: readonly EncodedExample[]) => Texts;
  /**
   * What `fit` is called with, but for callbacks and checkpoints; runs a frozen encoder first whose output is kept, and
   * the teacher, unless this is but an estimate.
   */
  readonly begin: (what?: 'training' | 'estimate') => Promise<{
    readonly data: Texts;
    readonly options: FitOptions<EncodedExample, SequenceBatch>;
  }>;
  /** How steps are run. */
  readonly execution: EstimateJob['execution'];
}

/** Encodes the examples and compiles the model. */
export function openTraining(job: TrainingJob): OpenTraining {
  const { loaded, splits, settings, sink, signal, from } = job;
  const { model, tokenizer, labels, maxLength } = loaded;
  const learntFrom = [...splits.train, ...(job.teaching?.unlabelled ?? [])];
  const { encoded: train, cut } = encodeExamples(learntFrom, tokenizer, maxLength);
  const { encoded: valid } = encodeExamples(splits.valid, tokenizer, maxLength);
  if (cut > 0)
    sink.write(
      `${cut} of ${train.length} training texts are longer than ${maxLength} tokens and are cut (--max-length)\n`,
    );
  const sizing =
    settings.batchTokens === undefined
      ? { batchSize: settings.batchSize }
      : { batchTokens: settings.batchTokens };
  const length = ({ inputIds }: EncodedExample): number => inputIds.length;
  const shapes = trainingShapes(train.map(length), valid.map(length), sizing, passesOf(settings, train));
  const dataset = (examples: readonly EncodedExample[], paddedLength: PaddedLength) => ({
    examples,
    length,
    paddedLength,
    collate: (batch: readonly EncodedExample[]) =>
      collate(batch, labels.task, tokenizer.padTokenId, paddedLength),
  });
  const metric = metricOf(labels.task);
  const { config } = model.bert;
  const trained = new Set(trainedParameters(model.parameters.keys(), settings.freeze, config.numLayers));
  const makeExecutor = job.makeExecutor ?? makeEagerExecutor;
  const executor = makeExecutor({
    // Features are rows of one token: all full batches have one shape.
    compileIf: (batch) =>
      'lastHiddenState' in batch ? rowsOf(batch) === sizing.batchSize : shapes.comesAgain(batch),
  });
  const compiled = compile(model, {
    optimizer: optimizerOf(settings),
    schedule: scheduleOf(settings),
    clipNorm: settings.clipNorm === 0 ? undefined : settings.clipNorm,
    metrics: [metric],
    trainable: (name) => trained.has(name),
    trainFrom: settings.unfreeze === undefined ? undefined : gradualUnfreezing(settings.unfreeze, config),
    learningRateScale: settings.layerDecay === 1 ? undefined : layerwiseDecay(settings.layerDecay, config),
    executor,
  });
  const data = { train: dataset(train, shapes.training), valid: dataset(valid, shapes.evaluation) };
  return {
    compiled,
    sizing,
    metric: metric.name,
    evaluationData: (examples) => dataset(examples, shapes.evaluation),
    execution: executor.name === 'eager' ? 'eager' : 'compiled',
    begin: async (what = 'training') => {
      const seen = settings.cacheFeatures
        ? await cachedSplits(model.bert, data, { executor, sizing, signal, sink })
        : data;
      const options = {
        resume: from,
        epochs: settings.epochs,
        maxSteps: settings.maxSteps,
        ...sizing,
        gradientAccumulationSteps: settings.accumulate,
        seed: settings.seed,
        validationData: seen.valid,
        signal,
      };
      const { teaching } = job;
      if (!teaching) return { data: seen.train, options };
      if (what === 'estimate') {
        sink.write(
          `teacher: what it takes to read ${learntFrom.length} texts first is not in the estimate\n`,
        );
        return { data: withTeacherLogits(seen.train, noLogits(learntFrom, teaching)), options };
      }
      const logits = await readByTeacher(teaching, learntFrom, { sizing, makeExecutor, signal, sink });
      return { data: withTeacherLogits(seen.train, logits), options };
    },
  };
}

/** What to do when a step needs more memory than there is. */
export function lowerMemory(
  { batchTokens, recompute, saveSteps }: TrainSettings,
  checkpoint: string | undefined,
): string {
  const size = batchTokens === undefined ? '--batch-size' : '--batch-tokens';
  const ways = `Lower ${size} (--accumulate makes up for it)${recompute ? '' : ', add --recompute'} or lower --max-length.`;
  if (checkpoint !== undefined)
    return `${ways} Go on from the weights saved so far with --model ${checkpoint}.`;
  return saveSteps === undefined ? `${ways} With --save-steps such a run leaves a checkpoint.` : ways;
}

/** Times that a run goes through its examples. */
function passesOf(
  { epochs, maxSteps, accumulate, batchSize, batchTokens }: TrainSettings,
  train: readonly EncodedExample[],
): number {
  if (maxSteps === undefined) return epochs;
  const tokens = train.reduce((sum, { inputIds }) => sum + inputIds.length, 0);
  const share = batchTokens === undefined ? batchSize / train.length : batchTokens / tokens;
  return Math.min(epochs, maxSteps * accumulate * share);
}

/** What is shown after every epoch, of several labels the share with all right. */
function metricOf(task: Task): Metric {
  return task === 'regression' ? pearson() : accuracy();
}
