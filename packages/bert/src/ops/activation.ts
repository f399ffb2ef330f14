import * as tf from '@tensorflow/tfjs';

import type { Activation } from '../config.js';
import { type HeapView, hasHeap, passOverHeap } from '../heap.js';
import { type Differentiable, withGradient } from './with-gradient.js';

interface ActivationForm {
  /**
   * One pass over the heap for the values and, when training, the derivatives: what is costly in them they share. A loop
   * for each form, since calls for each element would cost as much as the arithmetic.
   */
  pass(xs: HeapView, ys: HeapView, slopes: HeapView | undefined): void;
  composedValue(x: tf.Tensor): tf.Tensor;
  composedDerivative(x: tf.Tensor): tf.Tensor;
}

/**
 * Applies an activation to every element. One tensor is kept for the gradient: `x`, or on a backend with a heap the
 * derivative, which falls out of the pass that computes the value.
 * @param x float32 of any shape
 * @returns float32 of the same shape; caller disposes
 */
export function activate<T extends tf.Tensor>(activation: Activation, x: T): T {
  const form = FORMS[activation];
  const forward = hasHeap() ? heapForward : composedForward;
  return withGradient([x as tf.Tensor], (x) => forward(form, x)) as T;
}

type Forward = Differentiable<[tf.Tensor], tf.Tensor>;

function composedForward(form: ActivationForm, x: tf.Tensor): Forward {
  return {
    value: tf.tidy(() => form.composedValue(x)),
    saved: [x],
    gradient: (dy, [x]) => [tf.mul(dy, form.composedDerivative(x))],
  };
}

function heapForward(form: ActivationForm, x: tf.Tensor): Forward {
  const training = tf.engine().state.gradientDepth > 0;
  const outputs = Array.from({ length: training ? 2 : 1 }, () => ({ shape: x.shape }));
  const [value, slopes] = passOverHeap([x], outputs, ([xs], [ys, dydxs]) => form.pass(xs, ys, dydxs)) as [
    tf.Tensor,
    tf.Tensor | undefined,
  ];
  return { value, saved: slopes ? [slopes] : [], gradient: (dy, [slopes]) => [tf.mul(dy, slopes)] };
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
  composedValue: (x) => tf.mul(x, composedNormalCdf(x)),
  composedDerivative: (x) =>
    tf.add(composedNormalCdf(x), tf.mul(x, tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), INVERSE_SQRT_2PI))),
};

function composedNormalCdf(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, SQRT_HALF)), 1), 0.5);
}

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
  composedValue: (x) => tf.mul(tf.mul(x, 0.5), tf.add(composedTanh(x), 1)),
  composedDerivative(x) {
    const tanh = composedTanh(x);
    const slope = tf.mul(tf.add(tf.mul(tf.square(x), 3 * TANH_CUBIC), 1), TANH_SCALE);
    const curved = tf.mul(tf.mul(x, 0.5), tf.mul(tf.sub(1, tf.square(tanh)), slope));
    return tf.add(tf.mul(tf.add(tanh, 1), 0.5), curved);
  },
};

function composedTanh(x: tf.Tensor): tf.Tensor {
  return tf.tanh(tf.mul(tf.mul(x, TANH_SCALE), tf.add(tf.mul(tf.square(x), TANH_CUBIC), 1)));
}

const relu: ActivationForm = {
  pass(xs, ys, slopes) {
    for (let i = 0; i < xs.length; i++) {
      ys[i] = xs[i] > 0 ? xs[i] : 0;
      if (slopes) slopes[i] = xs[i] > 0 ? 1 : 0;
    }
  },
  composedValue: (x) => tf.relu(x),
  composedDerivative: (x) => tf.step(x),
};

const FORMS: Readonly<Record<Activation, ActivationForm>> = { gelu, 'gelu-tanh': geluTanh, relu };
