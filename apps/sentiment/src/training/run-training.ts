import { gradualUnfreezing, layerwiseDecay } from '@bertune/bert';
import {
  accuracy,
  type Callback,
  compile,
  type History,
  type Metric,
  pearson,
  type TrainingState,
} from '@bertune/train';

import type { Example } from '../data/labels.js';
import type { Splits } from '../data/load-splits.js';
import type { TextSink } from '../io.js';
import type { Task } from '../options.js';
import type { LoadedModel } from '../model/build-model.js';
import { collate, encodeExamples, type EncodedExample, type PaddedLength } from '../model/encode.js';
import { memoryError } from '../model/memory-error.js';
import { type Scores, toScores } from '../model/score.js';
import { type MakeExecutor, makeEagerExecutor, trainingShapes } from '../model/shapes.js';
import { cachedSplits, rowsOf } from './cached-features.js';
import { trainedParameters } from './freeze.js';
import { optimizerOf, scheduleOf } from './optimizer.js';
import type { TrainSettings } from './settings.js';
import { type Failure, runCallbacks } from './run-callbacks.js';
import { showProgress } from './show-progress.js';

/** A training that is ready to begin. */
export interface TrainingJob {
  /** Model, tokenizer, labels. */
  readonly loaded: LoadedModel;
  /** Its examples. */
  readonly splits: Splits;
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

/** A training that has ended, and what it has made ready to score texts with. */
export interface Trained {
  /** Figures of the whole run, its former parts included. */
  readonly history: History;
  /** The step that could not be taken and ended the run; the weights are those before it. */
  readonly failure: Failure | undefined;
  /** Scores labelled examples in batches like those of the validation, so that nothing is compiled anew. */
  readonly score: (
    examples: readonly Example[],
    onProgress?: (done: number) => void,
  ) => Promise<Omit<Scores, 'cut'>>;
  /** Frees what is kept for `score`. */
  readonly dispose: () => void;
}

/**
 * Trains the model in place, from the beginning or from where it was cut off. Saves a checkpoint every `--save-steps`,
 * and when the signal ends it.
 * @returns the caller disposes it; the model stays
 */
export async function runTraining(job: TrainingJob): Promise<Trained> {
  const { loaded, splits, settings, sink, signal, from } = job;
  const { model, tokenizer, labels, maxLength } = loaded;
  const { encoded: train, cut } = encodeExamples(splits.train, tokenizer, maxLength);
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
  const executor = (job.makeExecutor ?? makeEagerExecutor)({
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
  const watching = runCallbacks(settings, labels, job.output, from !== undefined);
  let checkpoint: string | undefined;
  try {
    const data = { train: dataset(train, shapes.training), valid: dataset(valid, shapes.evaluation) };
    const seen = settings.cacheFeatures
      ? await cachedSplits(model.bert, data, { executor, sizing, signal, sink })
      : data;
    const history = await compiled.fit(seen.train, {
      resume: from,
      checkpoint: {
        everySteps: settings.saveSteps,
        save: async (state) => {
          checkpoint = await job.saveCheckpoint(state);
        },
      },
      epochs: settings.epochs,
      maxSteps: settings.maxSteps,
      ...sizing,
      gradientAccumulationSteps: settings.accumulate,
      seed: settings.seed,
      validationData: seen.valid,
      callbacks: [showProgress(sink, metric.name), ...watching.callbacks],
      signal,
    });
    const outcome = watching.outcome();
    if (outcome !== undefined) sink.write(`${outcome}\n`);
    return {
      history,
      failure: watching.failure(),
      score: async (examples, onProgress) => {
        const { encoded } = encodeExamples(examples, tokenizer, maxLength);
        const callbacks = onProgress ? [showDone(encoded.length, onProgress)] : [];
        const { predictions } = await compiled
          .evaluateWithPredictions(dataset(encoded, shapes.evaluation), { ...sizing, callbacks })
          .catch((error: unknown) => {
            throw memoryError(error, {
              where: 'evaluation',
              remedy: 'The model is saved: measure it with sentiment evaluate and a lower --batch-size.',
            });
          });
        return toScores(predictions.values, model.columns, labels);
      },
      dispose: () => {
        compiled.dispose();
      },
    };
  } catch (error) {
    compiled.dispose();
    throw memoryError(error, { where: 'training', remedy: lowerMemory(settings, checkpoint) });
  }
}

/** What to do when a step needs more memory than there is. */
function lowerMemory(
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

/** Tells how many examples are done, about: batches that hold fewer of them are counted like the others. */
function showDone(examples: number, onProgress: (done: number) => void): Callback {
  let batches = 1;
  return {
    onTestBegin(count) {
      batches = count;
    },
    onTestBatchEnd(batch) {
      onProgress(Math.round(((batch + 1) / batches) * examples));
    },
  };
}

/** What is shown after every epoch, of several labels the share with all right. */
function metricOf(task: Task): Metric {
  return task === 'regression' ? pearson() : accuracy();
}
