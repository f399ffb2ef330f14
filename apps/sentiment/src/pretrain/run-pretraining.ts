import { MaskedLanguageModel, PreTrainingModel } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import {
  adamW,
  type Callback,
  compile,
  type Dataset,
  type History,
  linearSchedule,
  maskedTextData,
  packedTexts,
  preTrainingData,
  type PreTrainingTensors,
  type MaskedTensors,
  segmentPairs,
  type TokenizedDocument,
  type TrainingState,
} from '@bertune/train';

import type { TextSink } from '../io.js';
import { type MakeExecutor, trainingShapes } from '../model/shapes.js';
import type { CommandValues } from '../options.js';
import { showProgress } from '../training/show-progress.js';
import { maskingVocabulary } from './masking-vocabulary.js';
import { maskedTokenMetrics, preTrainingMetrics } from './pretrain-metrics.js';

/** A pre-training that is ready to begin. */
export interface PretrainJob {
  readonly model: PreTrainingModel | MaskedLanguageModel;
  readonly tokenizer: BertTokenizer;
  readonly train: readonly TokenizedDocument[];
  readonly valid: readonly TokenizedDocument[];
  readonly values: CommandValues<'pretrain'>;
  /** Tokens of a text at most. */
  readonly maxLength: number;
  /** Learning rate at its highest. */
  readonly learningRate: number;
  readonly makeExecutor: MakeExecutor;
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
   * On the validation text: `loss`, `masked_loss`, `masked_accuracy` and, of both tasks, `next_sentence_accuracy`; empty
   * when it was interrupted.
   */
  readonly figures: Readonly<Record<string, number>>;
  /** Texts trained on, and the share of their tokens that was padding. */
  readonly texts: number;
  readonly paddingWaste: number;
}

type Batch = MaskedTensors | PreTrainingTensors;

/** Pre-trains a model in place and measures it on the validation text, which is masked alike each time. */
export async function runPretraining(job: PretrainJob): Promise<Pretrained> {
  const { model, tokenizer, values, maxLength, sink } = job;
  const { maskProbability, wholeWords, seed, batchSize } = values;
  const isBoth = model instanceof PreTrainingModel;
  const vocabulary = maskingVocabulary(tokenizer);
  const masking = {
    probability: maskProbability,
    maxPredictions: values.maxPredictions ?? Math.max(1, Math.round(maskProbability * maxLength)),
    wholeWords,
    seed,
  };
  const dataOf = (
    documents: readonly TokenizedDocument[],
    passes: number,
    paddedLength?: (longest: number) => number,
  ): Dataset<unknown, Batch> => {
    const options = { ...masking, paddedLength };
    const each = Array.from({ length: passes }, (_, pass) => ({ maxLength, seed, pass }));
    if (isBoth) {
      const shortSequenceProbability = values.shortProbability;
      const pairs = each.flatMap((pass) => [
        ...segmentPairs(documents, { ...pass, shortSequenceProbability }),
      ]);
      return preTrainingData(pairs, vocabulary, options);
    }
    const { sepTokenId } = vocabulary;
    const texts = each.flatMap((pass) => [...packedTexts(documents, { ...pass, sepTokenId })]);
    return maskedTextData(texts, vocabulary, options);
  };
  const lengthsOf = ({ examples, length }: Dataset<unknown, Batch>): number[] => examples.map(length);
  const sizing = { batchSize };
  const shapes = trainingShapes(
    lengthsOf(dataOf(job.train, values.passes)),
    lengthsOf(dataOf(job.valid, 1)),
    sizing,
    1,
  );
  const train = dataOf(job.train, values.passes, shapes.training);
  const valid = dataOf(job.valid, 1, shapes.evaluation);
  const executor = job.makeExecutor({ compileIf: shapes.comesAgain });
  const metrics = isBoth ? preTrainingMetrics : maskedTokenMetrics;
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
      seed,
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
    if (isBoth && history.ended !== 'aborted')
      figures.masked_loss = await maskedLoss(model, valid, sizing, executor);
    else if ('loss' in figures) figures.masked_loss = figures.loss;
    return { history, figures, texts: train.examples.length, paddingWaste };
  } finally {
    compiled.dispose();
  }
}

/** Loss of the masked tokens alone, of a model of both tasks. */
async function maskedLoss(
  { bert, parameters }: PreTrainingModel,
  valid: Dataset<unknown, Batch>,
  sizing: { readonly batchSize: number },
  executor: ReturnType<MakeExecutor>,
): Promise<number> {
  const head = [...parameters].filter(([name]) => name.startsWith('cls.predictions.'));
  const compiled = compile(new MaskedLanguageModel(bert, new Map(head)), {
    optimizer: adamW({ learningRate: 1 }),
    executor,
  });
  try {
    const { loss } = await compiled.evaluate(valid, sizing);
    return loss;
  } finally {
    compiled.dispose();
  }
}
