import type { RangeTest } from '@bertune/train';

import type { Backend } from '../backend.js';
import type { TextSink } from '../io.js';
import { memoryError } from '../model/memory-error.js';
import { startProgress } from '../progress.js';
import { lowerMemory, openTraining } from '../training/open-training.js';
import type { PreparedTraining } from '../training/prepare-training.js';
import { shortRate } from './range-record.js';

/** A range test that is ready to begin. */
export interface RangeTestJob extends Pick<PreparedTraining, 'loaded' | 'splits' | 'settings' | 'teaching'> {
  /** What computes. */
  readonly backend: Backend;
  /** Options of the test itself. */
  readonly range: {
    readonly min: number;
    readonly max: number;
    readonly steps: number;
    readonly smoothing: number;
    readonly divergence: number;
  };
  /** Where progress goes. */
  readonly sink: TextSink;
  /** Ends the test after the current step. */
  readonly signal: AbortSignal;
}

/**
 * Takes the steps of a range test, on the batches that a training with these settings would begin with.
 * @returns what was found, and how often the training examples were gone through
 */
export async function runRangeTest(job: RangeTestJob): Promise<RangeTest & { readonly passes: number }> {
  const { backend, range, settings, sink, signal } = job;
  const open = openTraining({
    ...job,
    makeExecutor: backend.makeExecutor,
    output: '',
    from: undefined,
    saveCheckpoint: () => Promise.reject(new Error('nothing is saved')),
  });
  let progress: ReturnType<typeof startProgress> | undefined;
  try {
    const { data, options } = await open.begin();
    const { batchSize, batchTokens, gradientAccumulationSteps, seed } = options;
    progress = startProgress(sink, 'range test', range.steps);
    let seen = 0;
    const found = await open.compiled.findLearningRate(data, {
      ...range,
      ...{ batchSize, batchTokens, gradientAccumulationSteps, seed, signal },
      onStep: ({ step, learningRate, loss, examples }) => {
        seen += examples;
        progress?.update(step + 1, `learning rate ${shortRate(learningRate)}, loss ${loss.toFixed(4)}`);
      },
    });
    return { ...found, passes: seen / data.examples.length };
  } catch (error) {
    throw memoryError(error, { where: 'range test', remedy: lowerMemory(settings, undefined) });
  } finally {
    progress?.stop();
    open.compiled.dispose();
  }
}
