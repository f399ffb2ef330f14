import * as tf from '@tensorflow/tfjs';

import { withGradient } from './with-gradient.js';

/**
 * Runs a piece of the network as one operation that keeps nothing but its inputs: the gradient computes the
 * intermediates anew, differentiates and frees them (gradient checkpointing, arXiv:1604.06174). About a third more
 * arithmetic for the memory of one piece instead of all. The same numbers to the last bit, since `forward` must be
 * a function of its tensors alone.
 * @param inputs tensors to differentiate with respect to; all must reach the output
 * @param constants further tensors `forward` reads; kept, not differentiated
 * @returns what `forward` returns; caller disposes
 */
export function recomputed<Output extends tf.Tensor>(
  inputs: readonly tf.Tensor[],
  constants: readonly tf.Tensor[],
  forward: (inputs: readonly tf.Tensor[], constants: readonly tf.Tensor[]) => Output,
): Output {
  return withGradient(inputs, (...inputs) => ({
    value: forward(inputs, constants),
    saved: [...inputs, ...constants],
    gradient(dy, saved) {
      const xs = saved.slice(0, inputs.length);
      const kept = saved.slice(inputs.length);
      return gradients(xs, dy, (...xs) => forward(xs, kept));
    },
  }));
}

/** `tf.grads` within a gradient: the engine has one tape and drops it when the inner gradients are done. */
function gradients(xs: tf.Tensor[], dy: tf.Tensor, f: (...xs: tf.Tensor[]) => tf.Tensor): tf.Tensor[] {
  const { state } = tf.engine();
  const outer = state.activeTape;
  try {
    return tf.grads(f)(xs, dy);
  } finally {
    state.activeTape = outer;
  }
}
