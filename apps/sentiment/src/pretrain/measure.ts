import { MaskedLanguageModel } from '@bertune/heads';
import type { BertTokenizer } from '@bertune/tokenizer';
import { adamW, compile, type Dataset, type TokenizedDocument } from '@bertune/train';

import type { MakeExecutor } from '../model/shapes.js';
import type { CommandValues } from '../options.js';
import { type Batch, pretrainingData, type Taught } from './pretrain-data.js';
import { metricsOf } from './pretrain-metrics.js';
import type { PretrainModel } from './pretrain-model.js';

/** A model and what it is measured on. */
export interface MeasureJob {
  readonly model: PretrainModel;
  readonly tokenizer: BertTokenizer;
  readonly valid: readonly TokenizedDocument[];
  /** The same as sentences of a teacher; undefined without one. */
  readonly taught: Taught | undefined;
  readonly values: CommandValues<'pretrain'>;
  /** Tokens of a text at most. */
  readonly maxLength: number;
  readonly makeExecutor: MakeExecutor;
}

/** Measures a model on the validation text, which is masked as after a pre-training with the same options. */
export async function measurePretrained(job: MeasureJob): Promise<Readonly<Record<string, number>>> {
  const { model, values } = job;
  const { valid, compileIf } = pretrainingData(job, []);
  const executor = job.makeExecutor({ compileIf });
  const compiled = compile<Batch>(model as Parameters<typeof compile<Batch>>[0], {
    optimizer: adamW({ learningRate: 1 }),
    metrics: metricsOf(model),
    executor,
  });
  try {
    const figures = await compiled.evaluate(valid, { batchSize: values.batchSize });
    return {
      ...figures,
      masked_loss: await maskedLoss(model, valid, values, executor, figures.loss),
    };
  } finally {
    compiled.dispose();
  }
}

/**
 * Loss of the masked tokens alone.
 * @param loss of the model: that of the masked tokens, where it has no other
 */
export async function maskedLoss(
  model: PretrainModel,
  valid: Dataset<unknown, Batch>,
  { batchSize }: Pick<CommandValues<'pretrain'>, 'batchSize'>,
  executor: ReturnType<MakeExecutor>,
  loss: number,
): Promise<number> {
  if (model instanceof MaskedLanguageModel) return loss;
  const { bert, parameters } = model;
  const head = [...parameters].filter(([name]) => name.startsWith('cls.predictions.'));
  const compiled = compile(new MaskedLanguageModel(bert, new Map(head)), {
    optimizer: adamW({ learningRate: 1 }),
    executor,
  });
  try {
    return (await compiled.evaluate(valid, { batchSize })).loss;
  } finally {
    compiled.dispose();
  }
}
