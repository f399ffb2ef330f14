import type * as tf from '@tensorflow/tfjs';

import type { TensorFlowBackend } from '../backend.js';
import type { ResourceVariable } from '../tensors/resource-variable.js';

/** Which of TensorFlow's variables a `tf.Variable` has stood for last. */
const known = new WeakMap<tf.Variable, ResourceVariable>();

/**
 * Moves the value of a `tf.Variable` into a variable of TensorFlow's, which compiled functions read and update in place;
 * from then on the `tf.Variable` shows what that holds. The value exists once. After `assign` has given the
 * `tf.Variable` another value, that is moved.
 * @returns TensorFlow's variable; lives as long as the `tf.Variable` or a compiled function needs it
 */
export function onDevice(backend: TensorFlowBackend, variable: tf.Variable): ResourceVariable {
  const entry = backend.entryOf(variable);
  if (entry.kind === 'variable') return entry.variable;
  const { engine } = backend;
  const before = known.get(variable);
  let resource = before;
  if (!resource || resource.isDestroyed) {
    resource = engine.variables.create(variable.name, entry);
    known.set(variable, resource);
  } else {
    engine.variables.assign(resource, entry);
  }
  const { dtype, shape } = resource;
  backend.assignEntry(variable, { kind: 'variable', dtype, shape, variable: resource });
  return resource;
}
