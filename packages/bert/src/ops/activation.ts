import * as tf from '@tensorflow/tfjs';

import type { Activation } from '../config.js';
import { type HeapView, hasHeap, passOverHeap } from '../heap.js';
import { hasKernel, isDifferentiating, runKernel } from './device-kernel.js';
import { type Linear, linear } from './linear.js';
import { type Differentiable, withGradient } from './with-gradient.js';

interface ActivationForm {
  /**
   * One pass over the heap for the values and, when training, the derivatives: what is costly in them they share. A loop
   * for each form, since calls for each element would cost as much as the arithmetic.
   */
  pass(xs: HeapView, ys: HeapView, slopes: HeapView | undefined): void;
  /** The same of TensorFlow.js's kernels. */
  composed(x: tf.Tensor, training: boolean): ValueAndSlope;
}

/**
 * Applies an activation to every element. One tensor is kept for the gradient: the derivative, which shares what is
 * costly with the value.
 * @param x float32 of any shape
 * @returns float32 of the same shape; caller disposes
 */
export function activate<T extends tf.Tensor>(activation: Activation, x: T): T {
  const form = FORMS[activation];
  const compute = hasHeap() ? heapPass : composed;
  return withGradient([x as tf.Tensor], (x): Differentiable<[tf.Tensor], tf.Tensor> => {
    const [value, slope] = compute(form, x, isDifferentiating());
    return { value, saved: slope ? [slope] : [], gradient: (dy, [slope]) => [tf.mul(dy, slope)] };
  }) as T;
}

/**
 * Affine map and activation, `activation(x W + b)`.
 * @param x [N, I] float32
 * @returns [N, O] float32; caller disposes
 */
export function activatedLinear(
  activation: Activation,
  { weight, bias }: Linear,
  x: tf.Tensor2D,
): tf.Tensor2D {
  if (activation !== 'relu' && !isDifferentiating() && hasKernel('LinearGelu')) {
    return runKernel('LinearGelu', { x, weight, bias }, { approximate: activation === 'gelu-tanh' });
  }
  return activate(activation, linear({ weight, bias }, x));
}

type ValueAndSlope = [value: tf.Tensor, slope: tf.Tensor | undefined];

function composed(form: ActivationForm, x: tf.Tensor, training: boolean): ValueAndSlope {
  return tf.tidy(() => form.composed(x, training) as tf.Tensor[]) as ValueAndSlope;
}

function heapPass(form: ActivationForm, x: tf.Tensor, training: boolean): ValueAndSlope {
  const outputs = Array.from({ length: training ? 2 : 1 }, () => ({ shape: x.shape }));
  return passOverHeap([x], outputs, ([xs], [ys, slopes]) => form.pass(xs, ys, slopes)) as ValueAndSlope;
}

// Bound once: looking `Math` up each time is slow where globals are intercepted, as under jest.
const { abs, exp, tanh } = Math;

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/**
 * The standard normal distribution Φ(x), given exp(-x² / 2). Its upper tail by Abramowitz and Stegun 7.1.26 for
 * erfc(x / √2) / 2; absolute error below 8e-8.
 */
function normalCdf(x: number, exponential: number): number {
  const t = 1 / (1 + 0.3275911 * SQRT_HALF * abs(x));
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  const tail = 0.5 * series * exponential;
  return x >= 0 ? 1 - tail : tail;
}

const gelu: ActivationForm = {
  pass(xs, ys, slopes) {
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i];
      const exponential = exp(-0.5 * x * x);
      const cdf = normalCdf(x, exponential);
      ys[i] = x * cdf;
      if (slopes) slopes[i] = cdf + x * INVERSE_SQRT_2PI * exponential;
    }
  },
  composed(x, training) {
    const t = tf.mul(x, SQRT_HALF);
    const cdf = tf.mul(tf.add(tf.erf(t), 1), 0.5);
    const density = (): tf.Tensor => tf.mul(tf.mul(x, INVERSE_SQRT_2PI), tf.exp(tf.neg(tf.square(t))));
    return [tf.mul(x, cdf), training ? tf.add(cdf, density()) : undefined];
  },
};

const geluTanh: ActivationForm = {
  pass(xs, ys, slopes) {
    for (let i = 0; i < xs.length; i++) {
      const x = xs[i];
      const t = tanh(TANH_SCALE * (x + TANH_CUBIC * x * x * x));
      ys[i] = 0.5 * x * (1 + t);
      const slope = TANH_SCALE * (1 + 3 * TANH_CUBIC * x * x);
      if (slopes) slopes[i] = 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope;
    }
  },
  composed(x, training) {
    const square = tf.square(x);
    const tanh = tf.tanh(tf.mul(tf.mul(x, TANH_SCALE), tf.add(tf.mul(square, TANH_CUBIC), 1)));
    const half = tf.mul(tf.add(tanh, 1), 0.5);
    const curved = (): tf.Tensor => {
      const inner = tf.mul(tf.add(tf.mul(square, 3 * TANH_CUBIC), 1), TANH_SCALE);
      return tf.mul(tf.mul(tf.mul(x, 0.5), tf.sub(1, tf.square(tanh))), inner);
    };
    return [tf.mul(x, half), training ? tf.add(half, curved()) : undefined];
  },
};

const relu: ActivationForm = {
  pass(xs, ys, slopes) {
    for (let i = 0; i < xs.length; i++) {
      ys[i] = xs[i] > 0 ? xs[i] : 0;
      if (slopes) slopes[i] = xs[i] > 0 ? 1 : 0;
    }
  },
  composed: (x, training) => [tf.relu(x), training ? tf.step(x) : undefined],
};

const FORMS: Readonly<Record<Activation, ActivationForm>> = { gelu, 'gelu-tanh': geluTanh, relu };
