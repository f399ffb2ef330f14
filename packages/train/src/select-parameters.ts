import type * as tf from '@tensorflow/tfjs';

import { throwProblems, TrainError } from './errors.js';
import type { TrainedParameter } from './executor.js';
import { decayOf } from './optimizers/decay.js';
import type { Optimizer } from './optimizers/optimizer.js';

/** One parameter that is trained, and what of the loop concerns it alone. */
export interface SelectedParameter extends TrainedParameter {
  /** factor on the learning rate, at least 0 */
  readonly learningRateScale: number;
  /** epoch, from 0, from which on it is trained */
  readonly trainFrom: number;
}

/** What says how parameters are trained, by name. See `CompileOptions`. */
export interface SelectionOptions {
  readonly optimizer: Optimizer;
  readonly trainable?: ((name: string) => boolean) | undefined;
  readonly trainFrom?: ((name: string) => number) | undefined;
  readonly learningRateScale?: ((name: string) => number) | undefined;
}

/**
 * What is trained, in the order of the model's parameters.
 * @throws TrainError `no-trainable-parameters`, `invalid-options`
 */
export function selectParameters(
  parameters: ReadonlyMap<string, tf.Variable>,
  { optimizer, trainable = () => true, trainFrom = () => 0, learningRateScale = () => 1 }: SelectionOptions,
): SelectedParameter[] {
  const selected = [...parameters]
    .filter(([name, variable]) => variable.trainable && trainable(name))
    .map(([name, variable]) => ({
      name,
      variable,
      weightDecay: decayOf(name, optimizer),
      learningRateScale: learningRateScale(name),
      trainFrom: trainFrom(name),
    }));
  throwProblems('compile', selected.flatMap(problemsOf));
  if (selected.some((parameter) => parameter.trainFrom === 0)) return selected;
  const found =
    selected.length === 0
      ? `found none among ${parameters.size}. Look at the \`trainable\` option`
      : `found ${selected.length}, all of them frozen in epoch 0. Look at the \`trainFrom\` option`;
  throw new TrainError(
    'no-trainable-parameters',
    `compile: expected at least one trainable parameter, ${found}.`,
    { parameters: parameters.size },
  );
}

function problemsOf({ name, learningRateScale, trainFrom }: SelectedParameter): string[] {
  return [
    ...(Number.isFinite(learningRateScale) && learningRateScale >= 0
      ? []
      : [`learningRateScale(${name}) must be a finite number of at least 0, found ${learningRateScale}`]),
    ...((Number.isInteger(trainFrom) && trainFrom >= 0) || trainFrom === Infinity
      ? []
      : [`trainFrom(${name}) must be an epoch, an integer of at least 0, found ${trainFrom}`]),
  ];
}
