import * as tf from '@tensorflow/tfjs';

import type { TrainingRun } from '../dropout-stream.js';
import { dropout } from './dropout.js';
import { type Linear, linear, sumRows } from './linear.js';
import { withGradient } from './with-gradient.js';

/** A change of low rank to the weight of an affine map: `scale * A B` is added to it (LoRA, arXiv:2106.09685). */
export interface LowRank {
  /** [I, R] float32 */
  readonly a: tf.Tensor2D;
  /** [R, O] float32 */
  readonly b: tf.Tensor2D;
  /** what their product is multiplied with */
  readonly scale: number;
  /** share of the elements of x that A does not see in training, in [0, 1) */
  readonly dropout: number;
  /** name of the place in the network */
  readonly site: string;
}

/** An affine map in a network that may be adapted. */
export interface AdaptedLinear extends Linear {
  /** present in a network with LoRA: the weight is a constant then */
  readonly adaptation?:
    | {
        /** whether the bias is trained */
        readonly trainsBias: boolean;
        /** absent where this map is left alone */
        readonly change: LowRank | undefined;
      }
    | undefined;
}

/**
 * Affine map with its change, `x W + b + scale * dropout(x) A B`.
 * @param x [N, I] float32
 * @param run the training step whose dropout mask applies; absent in evaluation
 * @returns [N, O] float32; caller disposes
 */
export function adaptedLinear(
  layer: AdaptedLinear,
  x: tf.Tensor2D,
  run: TrainingRun | undefined,
): tf.Tensor2D {
  const { adaptation } = layer;
  if (!adaptation) return linear(layer, x);
  const { change, trainsBias } = adaptation;
  if (!change) return frozenLinear(layer, x, trainsBias);
  return tf.tidy(() => {
    const seen = dropout(x, run && { rate: change.dropout, run, site: change.site });
    return tf.add(frozenLinear(layer, x, trainsBias), lowRankProduct(change, seen));
  });
}

/** As `linear`, without the product that the gradient of the weight would cost. */
function frozenLinear({ weight, bias }: Linear, x: tf.Tensor2D, trainsBias: boolean): tf.Tensor2D {
  const value = (x: tf.Tensor2D): tf.Tensor2D => tf.fused.matMul({ a: x, b: weight, bias }) as tf.Tensor2D;
  const back = (dy: tf.Tensor2D, weight: tf.Tensor): tf.Tensor2D => tf.matMul(dy, tf.transpose(weight));
  if (!trainsBias) {
    return withGradient([x], (x) => ({
      value: value(x),
      saved: [weight],
      gradient: (dy, [weight]) => [back(dy, weight)],
    }));
  }
  return withGradient([x, bias], (x, _bias) => ({
    value: value(x),
    saved: [weight],
    gradient: (dy, [weight]) => [back(dy, weight), sumRows(dy)],
  }));
}

/** `scale * x A B`, by way of the R columns of x A. */
function lowRankProduct({ a, b, scale }: LowRank, x: tf.Tensor2D): tf.Tensor2D {
  return withGradient([x, a, b], (x, a, b) => {
    const narrow = tf.matMul(x, a); // [N, R]
    return {
      value: tf.mul(tf.matMul(narrow, b), scale),
      saved: [x, a, b, narrow],
      gradient: (dy, [x, a, b, narrow]) => {
        const dNarrow = tf.mul(tf.matMul(dy, tf.transpose(b)), scale); // [N, O] [O, R] -> [N, R]
        return [
          tf.matMul(dNarrow, tf.transpose(a)), // [N, R] [R, I] -> [N, I]
          tf.matMul(tf.transpose(x), dNarrow), // [I, N] [N, R] -> [I, R]
          tf.mul(tf.matMul(tf.transpose(narrow), dy), scale), // [R, N] [N, O] -> [R, O]
        ];
      },
    };
  });
}
