import {
  adamW,
  type Callback,
  compile,
  type History,
  linearSchedule,
  type TokenizedDocument,
  type TrainingState,
} from '@bertune/train';

import type { TextSink } from '../io.js';
import { showProgress } from '../training/show-progress.js';
import { maskedLoss, type MeasureJob } from './measure.js';
import { type Batch, pretrainingData } from './pretrain-data.js';
import { metricsOf } from './pretrain-metrics.js';

/** A pre-training that is ready to begin. */
export interface PretrainJob extends MeasureJob {
  readonly train: readonly TokenizedDocument[];
  /** Learning rate at its highest. */
  readonly learningRate: number;
  /** Where progress goes. */
  readonly sink: TextSink;
  /** Ends the training after the current step. */
  readonly signal: AbortSignal;
  /** Where the run stood when it was cut off; undefined at its beginning. */
  readonly from: TrainingState | undefined;
  /** Writes a checkpoint. */
  readonly saveCheckpoint: (state: TrainingState) => Promise<void>;
  /** What else watches the run. */
  readonly callbacks: readonly Callback[];
}

/** What came of it. */
export interface Pretrained {
  readonly history: History;
  /**
   * On the validation text: `loss`, `masked_loss`, `masked_accuracy` and, of both tasks, `next_sentence_accuracy`, with a
   * teacher `teacher_similarity`; empty when it was interrupted.
   */
  readonly figures: Readonly<Record<string, number>>;
  /** Texts trained on, and the share of their tokens that was padding. */
  readonly texts: number;
  readonly paddingWaste: number;
}

/** Pre-trains a model in place and measures it on the validation text, which is masked alike each time. */
export async function runPretraining(job: PretrainJob): Promise<Pretrained> {
  const { model, values, sink } = job;
  const { train, valid, compileIf } = pretrainingData(job, job.train);
  const sizing = { batchSize: values.batchSize };
  const executor = job.makeExecutor({ compileIf });
  const metrics = metricsOf(model);
  const compiled = compile<Batch>(model as Parameters<typeof compile<Batch>>[0], {
    optimizer: adamW({ learningRate: job.learningRate, weightDecay: values.weightDecay }),
    schedule: linearSchedule({ warmupRatio: values.warmupRatio }),
    clipNorm: 1,
    metrics,
    executor,
  });
  try {
    let paddingWaste = 0;
    const history = await compiled.fit(train, {
      resume: job.from,
      checkpoint: { everySteps: values.saveSteps, save: job.saveCheckpoint },
      epochs: 1,
      maxSteps: values.maxSteps,
      ...sizing,
      gradientAccumulationSteps: values.accumulate,
      seed: values.seed,
      validationData: valid,
      callbacks: [
        ...job.callbacks,
        showProgress(sink, 'masked_accuracy'),
        {
          onTrainBatchEnd(_step, logs) {
            paddingWaste = logs.paddingWaste; // of all steps so far
          },
        },
      ],
      signal: job.signal,
    });
    const figures = Object.fromEntries(
      Object.entries(history.history)
        .filter(([name]) => name.startsWith('val_'))
        .map(([name, [value]]) => [name.slice('val_'.length), value]),
    );
    if (history.ended !== 'aborted')
      figures.masked_loss = await maskedLoss(model, valid, values, executor, figures.loss);
    return { history, figures, texts: train.examples.length, paddingWaste };
  } finally {
    compiled.dispose();
  }
}
