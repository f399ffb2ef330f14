import { accuracy, compile, type History, type Metric, pearson } from '@bertune/train';

import type { Splits } from '../data/load-splits.js';
import type { TextSink } from '../io.js';
import type { Task } from '../options.js';
import type { LoadedModel } from '../model/build-model.js';
import { collate, encodeExamples, type EncodedExample } from '../model/encode.js';
import type { TrainingState } from './checkpoint.js';
import { trainedParameters } from './freeze.js';
import { CheckpointKeeper } from './keep-checkpoints.js';
import { optimizerOf, scheduleOf } from './optimizer.js';
import type { TrainSettings } from './settings.js';
import { showProgress } from './show-progress.js';

/** A training that is ready to begin. */
export interface TrainingJob {
  /** Model, tokenizer, labels. */
  readonly loaded: LoadedModel;
  /** Its examples. */
  readonly splits: Splits;
  /** How to train. */
  readonly settings: TrainSettings;
  /** Where progress goes. */
  readonly sink: TextSink;
  /** Ends the training after the current step. */
  readonly signal: AbortSignal;
  /** Where the run stood when it was cut off; undefined at its beginning. */
  readonly from: TrainingState | undefined;
  /** Writes a checkpoint. */
  readonly saveCheckpoint: (state: TrainingState) => Promise<unknown>;
}

/**
 * Trains the model in place, from the beginning or from where it was cut off. Saves a checkpoint every `--save-steps`,
 * and when the signal ends it.
 * @returns figures of the whole run, its former parts included
 */
export async function runTraining(job: TrainingJob): Promise<History> {
  const { loaded, splits, settings, sink, signal, from } = job;
  const { model, tokenizer, labels, maxLength } = loaded;
  const { encoded: train, cut } = encodeExamples(splits.train, tokenizer, maxLength);
  const { encoded: valid } = encodeExamples(splits.valid, tokenizer, maxLength);
  if (cut > 0)
    sink.write(
      `${cut} of ${train.length} training texts are longer than ${maxLength} tokens and are cut (--max-length)\n`,
    );
  const dataset = (examples: readonly EncodedExample[]) => ({
    examples,
    length: ({ inputIds }: EncodedExample) => inputIds.length,
    collate: (batch: readonly EncodedExample[]) => collate(batch, labels.task, tokenizer.padTokenId),
  });
  const metric = metricOf(labels.task);
  const trained = new Set(
    trainedParameters(model.parameters.keys(), settings.freeze, model.bert.config.numLayers),
  );
  const compiled = compile(model, {
    optimizer: optimizerOf(settings),
    schedule: scheduleOf(settings),
    clipNorm: settings.clipNorm === 0 ? undefined : settings.clipNorm,
    metrics: [metric],
    trainable: (name) => trained.has(name),
  });
  const keeper = new CheckpointKeeper(from?.history, settings.saveSteps, job.saveCheckpoint);
  try {
    if (from) await compiled.importOptimizerState(from.optimizer);
    const { ended } = await compiled.fit(dataset(train), {
      initialStep: from?.step ?? 0,
      epochs: settings.epochs,
      maxSteps: settings.maxSteps,
      ...(settings.batchTokens === undefined
        ? { batchSize: settings.batchSize }
        : { batchTokens: settings.batchTokens }),
      gradientAccumulationSteps: settings.accumulate,
      seed: settings.seed,
      validationData: dataset(valid),
      // The keeper comes first: what follows sees a step that is safe.
      callbacks: [keeper, showProgress(sink, metric.name)],
      signal,
    });
    const isSaved = settings.saveSteps !== undefined && keeper.history.steps % settings.saveSteps === 0;
    if (ended === 'aborted' && keeper.history.steps > (from?.step ?? 0) && !isSaved) {
      await keeper.saveWith(await compiled.exportOptimizerState());
    }
    return keeper.complete(ended);
  } finally {
    compiled.dispose();
  }
}

/** What is shown after every epoch, of several labels the share with all right. */
function metricOf(task: Task): Metric {
  return task === 'regression' ? pearson() : accuracy();
}
