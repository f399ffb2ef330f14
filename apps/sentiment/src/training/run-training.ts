import type { Callback, History } from '@bertune/train';

import type { Example } from '../data/labels.js';
import {
  estimateTraining,
  measuredOutcome,
  type Outcome,
  type TrainingEstimate,
} from '../estimate/estimate-training.js';
import { formatEstimate, formatOutcome } from '../estimate/format.js';
import { encodeExamples } from '../model/encode.js';
import { memoryError } from '../model/memory-error.js';
import { type Scores, toScores } from '../model/score.js';
import { lowerMemory, openTraining, type TrainingJob } from './open-training.js';
import { type Failure, runCallbacks } from './run-callbacks.js';
import { showProgress } from './show-progress.js';

/** A training that has ended, and what it has made ready to score texts with. */
export interface Trained {
  /** What was expected before it; undefined where the signal came first. */
  readonly estimate: TrainingEstimate | undefined;
  /** What it took. */
  readonly took: Outcome;
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
  const { loaded, settings, sink, from } = job;
  const { model, tokenizer, labels, maxLength } = loaded;
  const open = openTraining(job);
  const { compiled, sizing, metric, evaluationData } = open;
  const watching = runCallbacks(settings, labels, job.output, from !== undefined);
  const say = (line: string): unknown => sink.write(`${line}\n`);
  let checkpoint: string | undefined;
  try {
    const { data, options } = await open.begin();
    const estimate = await estimateTraining({ ...open, loaded, settings, data, options, say });
    if (estimate) formatEstimate(estimate).forEach(say);
    const begin = performance.now();
    const history = await compiled.fit(data, {
      ...options,
      checkpoint: {
        everySteps: settings.saveSteps,
        save: async (state) => {
          checkpoint = await job.saveCheckpoint(state);
        },
      },
      callbacks: [showProgress(sink, metric), ...watching.callbacks],
    });
    const outcome = watching.outcome();
    if (outcome !== undefined) say(outcome);
    const took = measuredOutcome((performance.now() - begin) / 1000);
    if (estimate && history.ended === 'completed') say(formatOutcome(estimate, took));
    return {
      estimate,
      took,
      history,
      failure: watching.failure(),
      score: async (examples, onProgress) => {
        const { encoded } = encodeExamples(examples, tokenizer, maxLength);
        const callbacks = onProgress ? [showDone(encoded.length, onProgress)] : [];
        const { predictions } = await compiled
          .evaluateWithPredictions(evaluationData(encoded), { ...sizing, callbacks })
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

/**
 * Says what a training would take, and trains nothing.
 * @returns undefined when the signal ended it
 */
export async function estimateOnly(job: TrainingJob): Promise<TrainingEstimate | undefined> {
  const { loaded, settings, sink } = job;
  const open = openTraining(job);
  try {
    const say = (line: string): unknown => sink.write(`${line}\n`);
    return await estimateTraining({ ...open, ...(await open.begin('estimate')), loaded, settings, say });
  } catch (error) {
    throw memoryError(error, { where: 'estimate', remedy: lowerMemory(settings, undefined) });
  } finally {
    open.compiled.dispose();
  }
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
