import * as tf from '@tensorflow/tfjs';

import { makeClassifier } from '../work/classifier.js';
import { startEngine } from '../work/engine.js';
import { randomBatch } from '../work/random-batch.js';
import type { TrainStepRequest, TrainStepTiming } from '../work/requests.js';
import { timeRuns } from '../work/time-runs.js';
import { LEARNING_RATE, MAX_NORM } from '../work/time-steps.js';
import { type TfjsBertConfig, tfjsBertLoss } from './tfjs-bert.js';
import { registerMissingWasmKernel } from './tfjs-kernels.js';

const DROPOUT = 0.1;

/**
 * Times training steps of the baseline, `tf.variableGrads`, clipping and `tf.train.adam`: what TensorFlow.js alone
 * does. It has no weight decay, so the baseline is spared that part of the work.
 */
export async function timeTfjsTrainSteps(request: TrainStepRequest): Promise<TrainStepTiming> {
  const { versions } = await startEngine(request.engine);
  if (request.engine.backend === 'wasm') registerMissingWasmKernel();
  const model = makeClassifier(request.shape); // for its variables alone
  const variables = [...model.parameters.values()];
  const { layers, heads } = request.shape;
  const config: TfjsBertConfig = { layers, heads, dropout: DROPOUT, epsilon: 1e-12 };
  const batch = randomBatch(request.shape);
  const optimizer = tf.train.adam(LEARNING_RATE);
  const losses: number[] = [];
  const timing = await timeRuns(request, async () => {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => tfjsBertLoss(model.parameters, config, batch),
        variables,
      );
      optimizer.applyGradients(clipByGlobalNorm(grads));
      return value;
    });
    losses.push((await loss.data())[0]);
    loss.dispose();
  });
  const result = {
    ...timing,
    engine: `TensorFlow.js ${tf.getBackend()}, plain operations`,
    versions,
    first_loss: losses[0],
    last_loss: losses.at(-1) ?? NaN,
  };
  optimizer.dispose();
  model.dispose();
  tf.dispose(Object.values(batch));
  return result;
}

/** As a list of named tensors, which is what `applyGradients` takes beside variables. */
function clipByGlobalNorm(gradients: tf.NamedTensorMap): { name: string; tensor: tf.Tensor }[] {
  const squares = Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)));
  const norm = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(1, tf.div(MAX_NORM, tf.add(norm, 1e-6)));
  return Object.entries(gradients).map(([name, gradient]) => ({ name, tensor: tf.mul(gradient, factor) }));
}
