import * as tf from '@tensorflow/tfjs';

import { clipFactor, globalNorm } from './clipping.js';
import { TrainError } from './errors.js';
import type {
  Executor,
  HostTensor,
  StepRequest,
  StepResult,
  TrainingRequest,
  TrainingSession,
} from './executor.js';
import { applyUpdate } from './optimizers/apply-update.js';
import { OptimizerSlots, type OptimizerState } from './optimizers/slots.js';
import type { Predictor, Trainable, TrainingRun } from './trainable.js';

/** Runs steps op by op on whatever backend is active. The default. */
export class EagerExecutor implements Executor {
  /** for reports */
  readonly name = 'eager';

  /** See `Executor.startTraining`. */
  startTraining<Batch extends object>(request: TrainingRequest<Batch>): TrainingSession<Batch> {
    return new EagerSession(request);
  }

  /** See `Executor.evaluate`. */
  async evaluate<Batch extends object>(
    trainable: Trainable<Batch>,
    batch: Batch,
  ): Promise<{ readonly loss: number; readonly predictions: HostTensor }> {
    const { loss, predictions } = tf.tidy(() => {
      const results = trainable.lossAndPredictions?.(batch) ?? {
        loss: trainable.loss(batch),
        predictions: trainable.predict(batch),
      };
      return { ...results, loss: checkedLoss(results.loss) };
    });
    return { loss: await readScalar(loss), predictions: await readAndDispose(predictions) };
  }

  /** See `Executor.predict`. */
  async predict<Input extends object>(predictor: Predictor<Input>, batch: Input): Promise<HostTensor> {
    return readAndDispose(tf.tidy(() => predictor.predict(batch)));
  }
}

/** Gradients by parameter name; owned by the step. */
type Gradients = Map<string, tf.Tensor>;

class EagerSession<Batch extends object> implements TrainingSession<Batch> {
  private readonly slots: OptimizerSlots;

  constructor(private readonly request: TrainingRequest<Batch>) {
    this.slots = new OptimizerSlots(
      request.optimizer,
      request.parameters.map(({ name, variable }) => [name, variable] as const),
    );
  }

  async trainStep({ microBatches, seed, step, learningRate }: StepRequest<Batch>): Promise<StepResult> {
    const gradients: Gradients = new Map();
    try {
      let loss = 0;
      for (const { batch, share, index } of microBatches) {
        const part = this.addGradients(gradients, batch, share, { seed, step, microBatch: index });
        const value = await readScalar(part);
        loss += microBatches.length === 1 ? value : share * value;
        if (!Number.isFinite(loss)) return { loss, gradientNorm: undefined };
      }
      const { clip } = this.request;
      const gradientNorm = clip && (await globalNorm([...gradients.values()]));
      if (gradientNorm === undefined || Number.isFinite(gradientNorm)) {
        this.update(gradients, learningRate, clip && gradientNorm ? clipFactor(gradientNorm, clip) : 1);
      }
      return { loss, gradientNorm };
    } finally {
      tf.dispose([...gradients.values()]);
    }
  }

  readParameters(): Promise<void> {
    return Promise.resolve(); // the variables are the parameters
  }

  writeParameters(): Promise<void> {
    return Promise.resolve();
  }

  exportState(): Promise<OptimizerState> {
    return this.slots.export();
  }

  importState(state: OptimizerState, options?: { readonly allowMissing?: boolean }): Promise<void> {
    return Promise.resolve().then(() => this.slots.import(state, options));
  }

  dispose(): void {
    this.slots.dispose();
  }

  /** Adds the gradients of `share * loss` of one micro-batch; returns its loss, unscaled. */
  private addGradients(gradients: Gradients, batch: Batch, share: number, run: TrainingRun): tf.Scalar {
    const { trainable, parameters } = this.request;
    const variables = parameters.map(({ variable }) => variable);
    let loss: tf.Scalar | undefined;
    const scaledLoss = (): tf.Scalar => {
      const value = checkedLoss(trainable.loss(batch, run));
      loss = tf.keep(tf.clone(value)); // outlives the tape, whose own result is the scaled one
      return share === 1 ? value : tf.mul(value, share);
    };
    let grads: tf.NamedTensorMap;
    try {
      grads = tf.tidy(() => tf.variableGrads(scaledLoss, variables).grads);
    } catch (error) {
      tf.dispose(loss);
      throw error instanceof Error && error.message.startsWith('Cannot find a connection')
        ? new TrainError(
            'invalid-loss',
            'loss(batch): expected it to depend on a trained parameter, but it does not.',
          )
        : error;
    }
    for (const { name, variable } of parameters) {
      const gradient: tf.Tensor | null | undefined = grads[variable.name];
      if (!gradient) continue; // the loss does not depend on it: no update and no decay, as in torch
      const before = gradients.get(name);
      gradients.set(name, before ? addAndDispose(before, gradient) : gradient);
    }
    return loss as unknown as tf.Scalar;
  }

  private update(gradients: Gradients, learningRate: number, gradientScale: number): void {
    const { optimizer, parameters } = this.request;
    const iteration = this.slots.iterations + 1;
    for (const { name, variable, weightDecay } of parameters) {
      const gradient = gradients.get(name);
      if (!gradient) continue;
      const update = { variable, gradient, weightDecay, slots: this.slots.of(name) };
      applyUpdate(optimizer, update, { learningRate, iteration, gradientScale });
      gradient.dispose(); // at once, so that memory is lowest where the next update needs its temporaries
      gradients.delete(name);
    }
    this.slots.iterations = iteration; // last: an update that failed half-way does not count as one
  }
}

function checkedLoss(value: unknown): tf.Scalar {
  if (value instanceof tf.Tensor && value.rank === 0) return value as tf.Scalar;
  const found = value instanceof tf.Tensor ? `shape [${(value as tf.Tensor).shape.join(', ')}]` : 'no tensor';
  throw new TrainError('invalid-loss', `loss(batch): expected a scalar tensor, found ${found}.`);
}

function addAndDispose(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const total = tf.add(a, b);
  tf.dispose([a, b]);
  return total;
}

async function readScalar(scalar: tf.Scalar): Promise<number> {
  const [value] = await scalar.data();
  scalar.dispose();
  return value;
}

async function readAndDispose(tensor: tf.Tensor): Promise<HostTensor> {
  const values = await tensor.data();
  tensor.dispose();
  return { values: Float32Array.from(values), shape: tensor.shape };
}
