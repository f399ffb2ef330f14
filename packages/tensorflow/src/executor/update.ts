import * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import { AttributeType, type OpAttribute, typeAttribute } from '../c-api/attributes.js';
import { DataType } from '../tensors/data-type.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';
import { gradientScale } from './gradient-scale.js';
import type { ClipNorm, UpdateRule } from './port.js';

/** A parameter with its slots on the device. */
export interface DeviceParameter {
  readonly value: ResourceVariable;
  /** in the order of the rule: Adam's m and v, or the momentum */
  readonly slots: readonly ResourceVariable[];
  readonly weightDecay: number;
}

/** A parameter that is to be moved. */
export interface Move {
  readonly parameter: DeviceParameter;
  /** float32 of the parameter's shape */
  readonly gradient: tf.Tensor;
  /** of this parameter; parameters with the same numbers share one object */
  readonly numbers: UpdateTensors;
}

/** The numbers of a parameter's update as float32 scalars. */
export interface UpdateTensors {
  readonly learningRate: tf.Tensor;
  readonly stepSize: tf.Tensor;
  readonly epsilon: tf.Tensor;
}

const FLOAT = typeAttribute('T', DataType.float32);
const FLOAT_VALUE = typeAttribute('dtype', DataType.float32);
const LOCKED = flag('use_locking', true);
const NOT_NESTEROV = flag('use_nesterov', false);

/**
 * Clips the gradients and moves the parameters in place by TensorFlow's fused operations. When loss or norm is not
 * finite, scalars are chosen so that nothing changes: factor 0, steps 0, decays 1.
 *
 * Adam's rule with all corrections in stepSize and epsilon is `ResourceApplyAdam` with both beta powers 0.
 * @returns the global norm; undefined without clipping
 */
export function updateParameters(
  backend: TensorFlowBackend,
  rule: UpdateRule,
  clip: ClipNorm | undefined,
  loss: tf.Tensor,
  moves: readonly Move[],
): tf.Tensor | undefined {
  const { isFinite, factor, norm } = gradientScale(
    backend,
    loss,
    moves.map(({ gradient }) => gradient),
    clip,
  );
  const orElse = (value: tf.Tensor | number, other: number): tf.Tensor =>
    tf.where(isFinite, typeof value === 'number' ? tf.scalar(value) : value, tf.scalar(other));
  const guarded = new Map(
    [...new Set(moves.map(({ numbers }) => numbers))].map((numbers) => [
      numbers,
      { stepSize: orElse(numbers.stepSize, 0), learningRate: orElse(numbers.learningRate, 0) },
    ]),
  );
  const guard = (numbers: UpdateTensors): UpdateTensors => ({ ...numbers, ...guarded.get(numbers) });
  const scaled = (gradient: tf.Tensor): tf.Tensor => backend.run('MulNoNan', [FLOAT], [gradient, factor]);

  if (rule.kind === 'adam') {
    const beta1 = orElse(rule.beta1, 1);
    const beta2 = orElse(rule.beta2, 1);
    const zero = tf.scalar(0);
    for (const { parameter, gradient, numbers } of moves) {
      const { value, slots, weightDecay } = parameter;
      const { learningRate, stepSize, epsilon } = guard(numbers);
      if (weightDecay > 0) {
        const keep = tf.sub(1, tf.mul(learningRate, weightDecay));
        scaleVariable(backend, value, keep);
      }
      const inputs = [zero, zero, stepSize, beta1, beta2, epsilon, scaled(gradient)];
      update(backend, 'ResourceApplyAdam', [FLOAT, LOCKED, NOT_NESTEROV], [value, ...slots], inputs);
    }
    return norm;
  }
  const momentum = orElse(rule.momentum, 1);
  for (const { parameter, gradient, numbers } of moves) {
    const { value, slots, weightDecay } = parameter;
    const { stepSize } = guard(numbers);
    let direction = scaled(gradient);
    if (weightDecay > 0) {
      const decay = tf.mul(orElse(weightDecay, 0), tensorOf(backend, value));
      direction = tf.add(direction, decay);
    }
    if (slots.length > 0) {
      const inputs = [stepSize, direction, momentum];
      update(backend, 'ResourceApplyMomentum', [FLOAT, LOCKED, NOT_NESTEROV], [value, ...slots], inputs);
    } else {
      update(backend, 'ResourceApplyGradientDescent', [FLOAT, LOCKED], [value], [stepSize, direction]);
    }
  }
  return norm;
}

/** Adds a tensor to a variable. */
export function addToVariable(
  backend: TensorFlowBackend,
  variable: ResourceVariable,
  value: tf.Tensor,
): void {
  update(backend, 'AssignAddVariableOp', [FLOAT_VALUE], [variable], [value]);
}

/** Gives a variable a value. */
export function setVariable(backend: TensorFlowBackend, variable: ResourceVariable, value: tf.Tensor): void {
  update(backend, 'AssignVariableOp', [FLOAT_VALUE], [variable], [value]);
}

/** The value of a variable, as it is now or when the function starts. */
export function tensorOf(backend: TensorFlowBackend, variable: ResourceVariable): tf.Tensor {
  const { dtype, shape } = variable;
  return backend.tensorOf({ kind: 'variable', dtype, shape, variable });
}

function scaleVariable(backend: TensorFlowBackend, variable: ResourceVariable, factor: tf.Tensor): void {
  setVariable(backend, variable, tf.mul(tensorOf(backend, variable), factor));
}

function update(
  backend: TensorFlowBackend,
  op: string,
  attributes: readonly OpAttribute[],
  variables: readonly ResourceVariable[],
  inputs: readonly tf.Tensor[],
): void {
  backend.engine.updateVariables(
    op,
    attributes,
    variables,
    inputs.map((tensor) => backend.entryOf(tensor)),
  );
}

function flag(name: string, value: boolean): OpAttribute {
  return { name, type: AttributeType.bool, value };
}
