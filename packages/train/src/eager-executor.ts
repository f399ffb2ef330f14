import * as tf from '@tensorflow/tfjs';

import { clipFactor, globalNorm } from './clipping.js';
import type {
  Executor,
  HostTensor,
  StepRequest,
  StepResult,
  TrainedParameter,
  TrainingRequest,
  TrainingSession,
} from './executor.js';
import { applyUpdate } from './optimizers/apply-update.js';
import type { SlotValues } from './optimizers/optimizer-state.js';
import { OptimizerSlots } from './optimizers/slots.js';
import type { UpdateNumbers } from './optimizers/update-rule.js';
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
    trainable: Required<Trainable<Batch>>,
    batch: Batch,
  ): Promise<{ readonly loss: number; readonly predictions: HostTensor }> {
    const { loss, predictions } = tf.tidy(() => trainable.lossAndPredictions(batch));
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
      request.slotNames,
      request.parameters.map(({ name, variable }) => [name, variable] as const),
    );
  }

  async trainStep({ microBatches, seed, step, updates }: StepRequest<Batch>): Promise<StepResult> {
    const active = this.request.parameters.filter(({ name }) => updates.has(name));
    const gradients: Gradients = new Map();
    try {
      let loss = 0;
      for (const { batch, share, index } of microBatches) {
        const part = this.addGradients(active, gradients, batch, share, { seed, step, microBatch: index });
        const value = await readScalar(part);
        loss += microBatches.length === 1 ? value : share * value;
        if (!Number.isFinite(loss)) return { loss, gradientNorm: undefined };
      }
      const { clip } = this.request;
      const gradientNorm = clip && (await globalNorm([...gradients.values()]));
      if (gradientNorm === undefined || Number.isFinite(gradientNorm)) {
        this.update(gradients, updates, clip && gradientNorm ? clipFactor(gradientNorm, clip) : 1);
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

  readSlots(): Promise<ReadonlyMap<string, SlotValues>> {
    return this.slots.read();
  }

  writeSlots(slots: ReadonlyMap<string, SlotValues>): Promise<void> {
    this.slots.write(slots);
    return Promise.resolve();
  }

  dispose(): void {
    this.slots.dispose();
  }

  /** Adds the gradients of `share * loss` of one micro-batch; returns its loss, unscaled. */
  private addGradients(
    parameters: readonly TrainedParameter[],
    gradients: Gradients,
    batch: Batch,
    share: number,
    run: TrainingRun,
  ): tf.Scalar {
    const { trainable } = this.request;
    const variables = parameters.map(({ variable }) => variable);
    let loss: tf.Scalar | undefined;
    const scaledLoss = (): tf.Scalar => {
      const value = trainable.loss(batch, run);
      loss = tf.keep(tf.clone(value)); // outlives the tape, whose own result is the scaled one
      return share === 1 ? value : tf.mul(value, share);
    };
    let grads: tf.NamedTensorMap;
    try {
      grads = tf.tidy(() => tf.variableGrads(scaledLoss, variables).grads);
    } catch (error) {
      tf.dispose(loss);
      throw error;
    }
    for (const { name, variable } of parameters) {
      const gradient: tf.Tensor | null | undefined = grads[variable.name];
      if (!gradient) continue; // the loss does not depend on it: no update and no decay, as in torch
      const before = gradients.get(name);
      gradients.set(name, before ? addAndDispose(before, gradient) : gradient);
    }
    return loss as unknown as tf.Scalar;
  }

  private update(
    gradients: Gradients,
    updates: ReadonlyMap<string, UpdateNumbers>,
    gradientScale: number,
  ): void {
    const { rule, parameters } = this.request;
    for (const { name, variable, weightDecay } of parameters) {
      const gradient = gradients.get(name);
      const numbers = updates.get(name);
      if (!gradient || !numbers) continue;
      const update = { variable, gradient, weightDecay, slots: this.slots.of(name) };
      applyUpdate(rule, update, numbers, gradientScale);
      gradient.dispose(); // at once, so that memory is lowest where the next update needs its temporaries
      gradients.delete(name);
    }
  }
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
