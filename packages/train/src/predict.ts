import type { Dataset } from './dataset.js';
import { EagerExecutor } from './eager-executor.js';
import { runPredict } from './evaluate.js';
import type { Executor, HostTensor } from './executor.js';
import type { EvaluateOptions } from './fit-options.js';
import type { Predictor } from './trainable.js';

/** How to run `predict`. */
export interface PredictOptions extends EvaluateOptions {
  /** how batches are run; default: `EagerExecutor` */
  readonly executor?: Executor | undefined;
}

/**
 * Predictions of what is not compiled for training, such as the features of a frozen encoder, in the order of the examples.
 * @returns float32 [N, ...] on the host, N examples
 * @throws TrainError as `CompiledModel.predict`
 */
export function predict<Example, Input extends object>(
  predictor: Predictor<Input>,
  data: Dataset<Example, Input>,
  { executor = new EagerExecutor(), ...options }: PredictOptions = {},
): Promise<HostTensor> {
  return runPredict({ trainable: predictor, executor }, data, options);
}
