import * as tf from '@tensorflow/tfjs';

import { hasHeap } from '../heap.js';

/** The forward half of an operation: its value, what to keep for the gradient, and the gradient itself. */
export interface Differentiable<Inputs extends readonly tf.Tensor[], Output extends tf.Tensor> {
  /** result of the operation */
  readonly value: Output;
  /** tensors kept alive until the gradient has run; inputs or intermediates */
  readonly saved: tf.Tensor[];
  /**
   * @param dy gradient of the loss with respect to `value`
   * @param saved the kept tensors, in the order of `saved`
   * @returns gradients with respect to the inputs, in their order
   */
  gradient(dy: Output, saved: tf.Tensor[]): { [I in keyof Inputs]: tf.Tensor };
}

/**
 * Applies an operation with a hand-written gradient: `tf.customGrad` with its inputs typed. What the forward half
 * computes is not recorded, so there are first-order gradients only, and nothing but `saved` stays alive: intermediates
 * of both halves are freed at once, and what was kept as soon as the gradient has run.
 */
export function withGradient<const Inputs extends readonly tf.Tensor[], Output extends tf.Tensor>(
  inputs: Inputs,
  forward: (...inputs: Inputs) => Differentiable<Inputs, Output>,
): Output {
  const operation = tf.customGrad((...given) => {
    const save = given[inputs.length] as tf.GradSaveFunc;
    const { value, saved, gradient } = forward(...(given.slice(0, inputs.length) as unknown as Inputs));
    save(hasHeap() ? sharedWhenSaved(saved) : saved);
    return {
      value,
      gradFunc(dy: tf.Tensor, saved: tf.Tensor[]) {
        const gradients = tf.tidy(() =>
          ([...gradient(dy as Output, saved)] as tf.Tensor[]).map((dx) =>
            saved.includes(dx) ? share(dx) : dx,
          ),
        );
        // The tape would hold what was kept until the last gradient of the step. A gradient of gradients walks it again.
        if (tf.engine().state.gradientDepth === 0) tf.dispose(saved);
        return gradients;
      },
    };
  });
  return operation(...(inputs as unknown as tf.Tensor[]));
}

/**
 * A further handle of the same values. `tf.clone` is that too on most backends, but copies the values on
 * WebAssembly.
 */
export function share<T extends tf.Tensor>(x: T): T {
  return tf.reshape<tf.Rank>(x, x.shape) as T;
}

/**
 * Tensors to save. If a gradient is asked for, the engine takes `map` of them to clone and keep each: it gets handles
 * instead of copies, which on WebAssembly would double every activation and every parameter.
 */
function sharedWhenSaved(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  return Object.assign([...tensors], { map: () => tensors.map((tensor) => tf.keep(share(tensor))) });
}
