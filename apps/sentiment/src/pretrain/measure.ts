import { MaskedLanguageModel, PreTrainingModel } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import { adamW, compile, type Dataset, type TokenizedDocument } from '@bertune/train';

import type { MakeExecutor } from '../model/shapes.js';
import type { CommandValues } from '../options.js';
import { type Batch, pretrainingData } from './pretrain-data.js';
import { maskedTokenMetrics, preTrainingMetrics } from './pretrain-metrics.js';

/** A model and what it is measured on. */
export interface MeasureJob {
  readonly model: PreTrainingModel | MaskedLanguageModel;
  readonly tokenizer: BertTokenizer;
  readonly valid: readonly TokenizedDocument[];
  readonly values: CommandValues<'pretrain'>;
  /** Tokens of a text at most. */
  readonly maxLength: number;
  readonly makeExecutor: MakeExecutor;
}

/** Measures a model on the validation text, which is masked as after a pre-training with the same options. */
export async function measurePretrained(job: MeasureJob): Promise<Readonly<Record<string, number>>> {
  const { model, values } = job;
  const isBoth = model instanceof PreTrainingModel;
  const { valid, compileIf } = pretrainingData(job, []);
  const executor = job.makeExecutor({ compileIf });
  const compiled = compile<Batch>(model as Parameters<typeof compile<Batch>>[0], {
    optimizer: adamW({ learningRate: 1 }),
    metrics: isBoth ? preTrainingMetrics : maskedTokenMetrics,
    executor,
  });
  try {
    const figures = await compiled.evaluate(valid, { batchSize: values.batchSize });
    return {
      ...figures,
      masked_loss: isBoth ? await maskedLoss(model, valid, values, executor) : figures.loss,
    };
  } finally {
    compiled.dispose();
  }
}

/** Loss of the masked tokens alone, of a model of both tasks. */
export async function maskedLoss(
  { bert, parameters }: PreTrainingModel,
  valid: Dataset<unknown, Batch>,
  { batchSize }: Pick<CommandValues<'pretrain'>, 'batchSize'>,
  executor: ReturnType<MakeExecutor>,
): Promise<number> {
  const head = [...parameters].filter(([name]) => name.startsWith('cls.predictions.'));
  const compiled = compile(new MaskedLanguageModel(bert, new Map(head)), {
    optimizer: adamW({ learningRate: 1 }),
    executor,
  });
  try {
    const { loss } = await compiled.evaluate(valid, { batchSize });
    return loss;
  } finally {
    compiled.dispose();
  }
}
