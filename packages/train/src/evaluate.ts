import { cutBatches, longestFirst } from './batching.js';
import { callHook, type Callback } from './callbacks/callback.js';
import { type Dataset, exampleLengths } from './dataset.js';
import { TrainError } from './errors.js';
import { yieldToEventLoop } from './event-loop.js';
import type { Executor, HostTensor } from './executor.js';
import { type EvaluateOptions, evaluateSizing } from './fit-options.js';
import { disposeBatch, makeBatch } from './make-batch.js';
import type { Metric } from './metrics/metric.js';
import { outOfMemoryError } from './out-of-memory.js';
import { RowCollector } from './row-collector.js';
import { paddedLengthOf } from './step-batches.js';
import { batchTensors, type Predictor, type Trainable } from './trainable.js';

/** Label of what does not count, as in torch and Hugging Face. */
const IGNORED_LABEL = -100;

/** Model and executor of an evaluation or prediction. */
export interface Runner<Model> {
  readonly trainable: Model;
  readonly executor: Executor;
}

/** Figures of an evaluation and what they were worked out from. */
export interface Evaluation {
  /** `loss`, the weighted mean over the data, and one figure for each metric */
  readonly figures: Record<string, number>;
  /** float32 [N, ...] on the host, in the order of the examples */
  readonly predictions: HostTensor;
}

/** Loss and metrics over a data set. See `CompiledModel.evaluate`. */
export async function runEvaluate<Example, Batch extends object>(
  { trainable, executor }: Runner<Required<Trainable<Batch>>>,
  data: Dataset<Example, Batch>,
  metrics: readonly Metric[],
  options: EvaluateOptions,
): Promise<Evaluation> {
  const callbacks: readonly Callback[] = options.callbacks ?? [];
  const batches = evaluationBatches('evaluate', data, options);
  const predictions = predictionRows(trainable, data.examples.length);
  const labels = labelRows(trainable, data.examples.length);
  let loss = 0;
  let weight = 0;

  await callHook(callbacks, 'onTestBegin', batches.length);
  for (const [position, indices] of batches.entries()) {
    throwIfAborted(options.signal, 'evaluate');
    await callHook(callbacks, 'onTestBatchBegin', position);
    const batchLoss = await withBatch('evaluate', data, indices, async (batch) => {
      const batchWeight = trainable.lossWeight(batch);
      const result = await executor.evaluate(trainable, batch);
      predictions.add(indices, result.predictions.values, result.predictions.shape);
      await addLabels(labels, trainable, batch, indices);
      if (batchWeight > 0) loss += batchWeight * result.loss; // weight 0: a mean over nothing, which is NaN
      weight += batchWeight;
      return result.loss;
    });
    await callHook(callbacks, 'onTestBatchEnd', position, { loss: batchLoss });
    await yieldToEventLoop();
  }

  const figures: Record<string, number> = { loss: loss / weight };
  for (const metric of metrics) figures[metric.name] = metric.compute(predictions.result(), labels.result());
  const results = { predictions: predictions.result(), labels: labels.result() };
  await callHook(callbacks, 'onTestEnd', figures, results);
  return { figures, predictions: results.predictions };
}

/**
 * The labels of a data set, without running the model.
 * @param batches indices of the examples of each
 */
export async function collectLabels<Example, Batch extends object>(
  trainable: Pick<Trainable<Batch>, 'labels' | 'rowsHaveTokens'>,
  data: Dataset<Example, Batch>,
  batches: readonly (readonly number[])[],
): Promise<HostTensor> {
  const labels = labelRows(trainable, data.examples.length);
  for (const indices of batches) {
    await withBatch('fit', data, indices, (batch) => addLabels(labels, trainable, batch, indices));
  }
  return labels.result();
}

async function addLabels<Batch extends object>(
  labels: RowCollector,
  trainable: Pick<Trainable<Batch>, 'labels'>,
  batch: Batch,
  indices: readonly number[],
): Promise<void> {
  const truth = trainable.labels(batch);
  labels.add(indices, await truth.data(), truth.shape);
  if (![...batchTensors(batch).values()].includes(truth)) truth.dispose();
}

/** Predictions for a data set. See `CompiledModel.predict`. */
export async function runPredict<Example, Input extends object>(
  { trainable, executor }: Runner<Predictor<Input>>,
  data: Dataset<Example, Input>,
  options: EvaluateOptions,
): Promise<HostTensor> {
  const predictions = predictionRows(trainable, data.examples.length);
  for (const indices of evaluationBatches('predict', data, options)) {
    throwIfAborted(options.signal, 'predict');
    await withBatch('predict', data, indices, async (batch) => {
      const { values, shape } = await executor.predict(trainable, batch);
      predictions.add(indices, values, shape);
    });
    await yieldToEventLoop();
  }
  return predictions.result();
}

type Rows = Pick<Trainable<object>, 'rowsHaveTokens'>;

function predictionRows({ rowsHaveTokens }: Rows, examples: number): RowCollector {
  return new RowCollector('predictions', examples, rowsHaveTokens ? NaN : undefined);
}

function labelRows({ rowsHaveTokens }: Rows, examples: number): RowCollector {
  return new RowCollector('labels', examples, rowsHaveTokens ? IGNORED_LABEL : undefined);
}

/**
 * The batches of an evaluation, longest first, so that memory is asked for at the start and time left is not
 * underestimated.
 * @throws TrainError `invalid-options`, `no-examples`, `example-too-long`
 */
export function evaluationBatches<Example>(
  where: string,
  data: Dataset<Example, object>,
  options: EvaluateOptions,
): number[][] {
  const sizing = evaluateSizing(where, options);
  if (data.examples.length === 0) {
    throw new TrainError('no-examples', `${where}: expected at least one example, found none.`);
  }
  const lengths = exampleLengths(data);
  const order = longestFirst([...lengths.keys()], lengths);
  return cutBatches(order, lengths, { ...sizing, paddedLength: paddedLengthOf(data) });
}

async function withBatch<Example, Batch extends object, Result>(
  where: string,
  data: Dataset<Example, Batch>,
  indices: readonly number[],
  work: (batch: Batch) => Promise<Result>,
): Promise<Result> {
  const batch = makeBatch(data, indices);
  try {
    return await work(batch);
  } catch (error) {
    throw outOfMemoryError(error, where, [batch]) ?? error;
  } finally {
    disposeBatch(batch);
  }
}

function throwIfAborted(signal: AbortSignal | undefined, where: string): void {
  if (signal?.aborted) throw new TrainError('aborted', `${where}: ended by the signal.`);
}
