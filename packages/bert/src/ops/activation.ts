import * as tf from '@tensorflow/tfjs';

import type { Activation } from '../config.js';
import { type HeapView, hasHeap, passOverHeap } from '../heap.js';
import { type Differentiable, withGradient } from './with-gradient.js';

interface ActivationForm {
  value(x: number): number;
  derivative(x: number): number;
  composedValue(x: tf.Tensor): tf.Tensor;
  composedDerivative(x: tf.Tensor): tf.Tensor;
}

/**
 * Applies an activation to every element. Only `x` is kept for the gradient; the derivative is computed anew.
 * @param x float32 of any shape
 * @returns float32 of the same shape; caller disposes
 */
export function activate<T extends tf.Tensor>(activation: Activation, x: T): T {
  const form = FORMS[activation];
  return withGradient([x as tf.Tensor], (x): Differentiable<[tf.Tensor], tf.Tensor> => ({
    value: forward(form, x),
    saved: [x],
    gradient: (dy, [x]) => [gradient(form, dy, x)],
  })) as T;
}

function forward(form: ActivationForm, x: tf.Tensor): tf.Tensor {
  if (!hasHeap()) return tf.tidy(() => form.composedValue(x));
  return passOverHeap([x], [{ shape: x.shape }], ([xs], [ys]) => mapInto(ys, xs, form.value))[0];
}

function gradient(form: ActivationForm, dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  if (!hasHeap()) return tf.tidy(() => tf.mul(dy, form.composedDerivative(x)));
  return passOverHeap([dy, x], [{ shape: x.shape }], ([dys, xs], [dxs]) => {
    const derivative = form.derivative;
    for (let i = 0; i < xs.length; i++) dxs[i] = dys[i] * derivative(xs[i]);
  })[0];
}

function mapInto(ys: HeapView, xs: HeapView, f: (x: number) => number): void {
  for (let i = 0; i < xs.length; i++) ys[i] = f(xs[i]);
}

// Bound once: looking `Math` up each time is slow where globals are intercepted, as under jest.
const { abs, exp, tanh } = Math;

const SQRT_HALF = Math.SQRT1_2;
const INVERSE_SQRT_2PI = 0.3989422804014327;
const TANH_SCALE = Math.sqrt(2 / Math.PI);
const TANH_CUBIC = 0.044715;

/**
 * Upper tail of the standard normal, 1 - Φ(x) for x >= 0, given exp(-x² / 2). Abramowitz and Stegun 7.1.26 for
 * erfc(x / √2) / 2; absolute error below 8e-8.
 */
function upperTail(x: number, exponential: number): number {
  const t = 1 / (1 + 0.3275911 * SQRT_HALF * x);
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return 0.5 * series * exponential;
}

const gelu: ActivationForm = {
  value(x) {
    const tail = upperTail(abs(x), exp(-0.5 * x * x));
    return x * (x >= 0 ? 1 - tail : tail);
  },
  derivative(x) {
    const exponential = exp(-0.5 * x * x);
    const tail = upperTail(abs(x), exponential);
    return (x >= 0 ? 1 - tail : tail) + x * INVERSE_SQRT_2PI * exponential;
  },
  composedValue: (x) => tf.mul(x, composedNormalCdf(x)),
  composedDerivative: (x) =>
    tf.add(composedNormalCdf(x), tf.mul(x, tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), INVERSE_SQRT_2PI))),
};

function composedNormalCdf(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.add(tf.erf(tf.mul(x, SQRT_HALF)), 1), 0.5);
}

const geluTanh: ActivationForm = {
  value(x) {
    return 0.5 * x * (1 + tanh(TANH_SCALE * (x + TANH_CUBIC * x * x * x)));
  },
  derivative(x) {
    const t = tanh(TANH_SCALE * (x + TANH_CUBIC * x * x * x));
    const slope = TANH_SCALE * (1 + 3 * TANH_CUBIC * x * x);
    return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * slope;
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
  value: (x) => (x > 0 ? x : 0),
  derivative: (x) => (x > 0 ? 1 : 0),
  composedValue: (x) => tf.relu(x),
  composedDerivative: (x) => tf.step(x),
};

const FORMS: Readonly<Record<Activation, ActivationForm>> = { gelu, 'gelu-tanh': geluTanh, relu };
