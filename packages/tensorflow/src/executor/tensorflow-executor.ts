import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { TensorFlowError } from '../errors.js';
import { activeBackend, BACKEND_NAME } from '../runtime.js';
import { batchSignature, batchTensors, toHost, withTensors } from './batch-tensors.js';
import type { FunctionOptions } from '../trace/graph-function.js';
import { DeviceFunction, type Precision, runEagerly } from './device-function.js';
import type { HostTensor, Predictor, Trainable, TrainingRequest, TrainingSession } from './port.js';
import { TensorFlowSession } from './training-session.js';

/** How steps are compiled. */
export interface TensorFlowExecutorOptions {
  /**
   * Which batches are worth a trace. One takes seconds and is kept for the shapes of the batch: batches of odd shapes that
   * come once are faster op by op. Must depend on the batch's shapes alone, so that a resumed run computes the same.
   * Default: all.
   */
  readonly compileIf?: ((batch: object) => boolean) | undefined;
  /** compile with XLA, which takes longer at first; default false */
  readonly jitCompile?: boolean | undefined;
  /**
   * compute products of matrices from bfloat16 operands, which is several times as fast where the processor has units for
   * it (AMX, GPUs from Ampere on); weights, sums, normalisation and updates stay float32; default false
   */
  readonly mixedPrecision?: boolean | undefined;
}

/** `wrong-backend`: the `tensorflow` backend is not the active one */
export class ExecutorError extends TensorFlowError<'wrong-backend'> {
  override readonly name = 'ExecutorError';
}

interface ModelFunctions {
  readonly evaluate: DeviceFunction;
  readonly predict: DeviceFunction;
}

/**
 * Runs training steps, evaluations and predictions as compiled TensorFlow functions: the executor for `@bertune/train`'s
 * `compile(model, { executor })`. Parameters and optimiser slots live in TensorFlow's variables and are updated in place;
 * the model's `tf.Variable`s show their current values at any time.
 */
export class TensorFlowExecutor {
  /** for reports */
  readonly name = 'tensorflow';
  private readonly compileIf: (batch: object) => boolean;
  private readonly options: Precision & FunctionOptions;
  private readonly functions = new Map<object, ModelFunctions>();

  constructor(options: TensorFlowExecutorOptions = {}) {
    this.compileIf = options.compileIf ?? (() => true);
    this.options = {
      jitCompile: options.jitCompile ?? false,
      mixedPrecision: options.mixedPrecision ?? false,
    };
  }

  /** See `Executor.startTraining` in `@bertune/train`. @throws ExecutorError */
  startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch> {
    return new TensorFlowSession(requireBackend(), request, { compileIf: this.compileIf, ...this.options });
  }

  /** See `Executor.evaluate` in `@bertune/train`. @throws ExecutorError, TraceError, OpError */
  async evaluate<Batch extends object>(
    trainable: Trainable<Batch>,
    batch: Batch,
  ): Promise<{ readonly loss: number; readonly predictions: HostTensor }> {
    const outputs = this.run('evaluate', trainable, batch, (tensors) => {
      const { loss, predictions } = trainable.lossAndPredictions(tensors);
      return [loss, predictions];
    });
    const [loss, predictions] = await Promise.all(outputs.map(toHost));
    tf.dispose(outputs);
    return { loss: loss.values[0], predictions };
  }

  /** See `Executor.predict` in `@bertune/train`. @throws ExecutorError, TraceError, OpError */
  async predict<Input extends object>(predictor: Predictor<Input>, batch: Input): Promise<HostTensor> {
    const outputs = this.run('predict', predictor, batch, (tensors) => [this.inParts(predictor, tensors)]);
    const result = await toHost(outputs[0]);
    tf.dispose(outputs);
    return result;
  }

  /** Frees what was traced for evaluation and prediction; sessions free their own. */
  dispose(): void {
    for (const { evaluate, predict } of this.functions.values()) {
      evaluate.dispose();
      predict.dispose();
    }
    this.functions.clear();
  }

  /**
   * Predicts the two halves of a batch side by side: one product of matrices does not keep all cores busy, two do. Rows of
   * a prediction do not depend on each other.
   */
  private inParts<Input extends object>(predictor: Predictor<Input>, batch: Input): tf.Tensor {
    const tensors = batchTensors(batch).map(([, tensor]) => tensor);
    const rows = tensors[0]?.shape[0] ?? 0;
    const isWhole = this.options.jitCompile || requireBackend().engine.isUsingGpuDevice();
    if (isWhole || rows < 4 || tensors.some(({ shape }) => shape[0] !== rows))
      return predictor.predict(batch);
    const half = Math.ceil(rows / 2);
    const parts = [
      [0, half],
      [half, rows - half],
    ].map(([start, size]) => {
      const part = tensors.map((tensor) =>
        tf.slice(tensor, [start, ...tensor.shape.slice(1).map(() => 0)], [size, ...tensor.shape.slice(1)]),
      );
      return predictor.predict(withTensors(batch, part));
    });
    return tf.concat(parts, 0);
  }

  private run<Batch extends object>(
    kind: keyof ModelFunctions,
    model: object,
    batch: Batch,
    compute: (batch: Batch) => tf.Tensor[],
  ): tf.Tensor[] {
    const backend = requireBackend();
    const inputs = batchTensors(batch).map(([, tensor]) => tensor);
    const body = ({ inputs }: { readonly inputs: readonly tf.Tensor[] }): tf.Tensor[] =>
      compute(withTensors(batch, inputs));
    if (!this.compileIf(batch)) return runEagerly(backend, this.options, inputs, body);
    return this.functionsOf(backend, model)[kind].call(batchSignature(batch), inputs, body);
  }

  private functionsOf(backend: TensorFlowBackend, model: object): ModelFunctions {
    let functions = this.functions.get(model);
    if (!functions) {
      functions = {
        evaluate: new DeviceFunction(backend, 'evaluate', this.options),
        predict: new DeviceFunction(backend, 'predict', this.options),
      };
      this.functions.set(model, functions);
    }
    return functions;
  }
}

function requireBackend(): TensorFlowBackend {
  const backend = activeBackend();
  if (backend) return backend;
  throw new ExecutorError(
    'wrong-backend',
    `TensorFlowExecutor: expected ${BACKEND_NAME} of this package to be the active backend, found ${tf.getBackend()}. ` +
      'Call startTensorFlow first.',
  );
}
