import * as tf from '@tensorflow/tfjs';

import { hasHeap, passOverHeap } from '../heap.js';
import { hasKernel, isDifferentiating, runKernel } from './device-kernel.js';
import { sumRows } from './linear.js';
import { type Differentiable, share, withGradient } from './with-gradient.js';

/** Scale gamma [D] and shift beta [D] of a layer normalisation. */
export interface LayerNorm {
  readonly weight: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** What the gradient needs: the normalised rows [N, D] and 1 / standard deviation [N, 1]. */
type Normalized = [normalized: tf.Tensor2D, inverseDeviation: tf.Tensor2D];

/**
 * Layer normalisation over the last axis, `(x - mean) / sqrt(var + epsilon) * gamma + beta` (arXiv:1607.06450).
 * Two tensors are kept for the gradient, not the five intermediates of the composed form.
 * @param x [N, D] float32
 * @returns [N, D] float32; caller disposes
 */
export function layerNorm({ weight, bias }: LayerNorm, x: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  if (!isDifferentiating() && hasKernel('LayerNorm')) return kernelForward(x, weight, bias, epsilon);
  return withGradient([x, weight, bias], (x, gamma, beta) => normalize(x, gamma, beta, epsilon));
}

/**
 * Layer normalisation of a sum, `layerNorm(x + residual)`. The sum itself is not kept for the gradient.
 * @param x [N, D] float32
 * @param residual [N, D] float32
 * @returns [N, D] float32; caller disposes
 */
export function layerNormOfSum(
  { weight, bias }: LayerNorm,
  x: tf.Tensor2D,
  residual: tf.Tensor2D,
  epsilon: number,
): tf.Tensor2D {
  if (!isDifferentiating() && hasKernel('LayerNorm')) {
    return tf.tidy(() => kernelForward(tf.add(x, residual), weight, bias, epsilon));
  }
  return withGradient([x, residual, weight, bias], (x, residual, gamma, beta) => {
    const sum = tf.add(x, residual);
    const { value, saved, gradient } = normalize(sum as tf.Tensor2D, gamma, beta, epsilon);
    sum.dispose();
    return {
      value,
      saved,
      gradient: (dy, saved) => {
        const [dSum, dGamma, dBeta] = gradient(dy, saved);
        return [dSum, share(dSum), dGamma, dBeta];
      },
    };
  });
}

function kernelForward(x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D, epsilon: number): tf.Tensor2D {
  return runKernel('LayerNorm', { x, gamma, beta }, { epsilon });
}

type Inputs = readonly [x: tf.Tensor2D, gamma: tf.Tensor1D, beta: tf.Tensor1D];

function normalize(...[x, gamma, beta, epsilon]: [...Inputs, number]): Differentiable<Inputs, tf.Tensor2D> {
  const forward = hasHeap() ? heapForward : composedForward;
  const [value, normalized, inverseDeviation] = forward(x, gamma, beta, epsilon);
  return {
    value,
    saved: [normalized, inverseDeviation, gamma],
    gradient: (dy, [normalized, inverseDeviation, gamma]) => {
      const gradient = hasHeap() ? heapGradient : composedGradient;
      return gradient(dy, [normalized, inverseDeviation] as Normalized, gamma as tf.Tensor1D);
    },
  };
}

function composedForward(
  x: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): [tf.Tensor2D, ...Normalized] {
  return tf.tidy(() => {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centered), -1, true);
    const inverseDeviation = tf.rsqrt(tf.add(variance, epsilon)) as tf.Tensor2D;
    const normalized = tf.mul(centered, inverseDeviation) as tf.Tensor2D;
    return [tf.add(tf.mul(normalized, gamma), beta), normalized, inverseDeviation];
  });
}

function composedGradient(
  dy: tf.Tensor2D,
  [normalized, inverseDeviation]: Normalized,
  gamma: tf.Tensor1D,
): [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D] {
  return tf.tidy(() => {
    const dyNormalized = tf.mul(dy, normalized) as tf.Tensor2D;
    const width = gamma.shape[0];
    const part = tf.reshape(tf.mul(gamma, 1 / width), [width, 1]); // [D, 1]: products with it are means of `x * gamma`
    const mean = tf.matMul(dy, part); // [N, 1]
    const projection = tf.matMul(dyNormalized, part); // [N, 1]
    const centered = tf.sub(tf.mul(dy, gamma), mean);
    const dx = tf.mul(inverseDeviation, tf.sub(centered, tf.mul(normalized, projection)));
    return [dx as tf.Tensor2D, sumRows(dyNormalized), sumRows(dy)];
  });
}

function heapForward(
  x: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): [tf.Tensor2D, ...Normalized] {
  const [rows, width] = x.shape;
  return passOverHeap(
    [x, gamma, beta],
    [{ shape: x.shape }, { shape: x.shape }, { shape: [rows, 1] }],
    (from, to) => {
      const [xs, gammas, betas] = from;
      const [ys, normalized, inverseDeviation] = to;
      for (let row = 0, at = 0; row < rows; row++, at += width) {
        let sum = 0;
        for (let i = 0; i < width; i++) sum += xs[at + i];
        const mean = sum / width;
        let squares = 0;
        for (let i = 0; i < width; i++) {
          const centered = xs[at + i] - mean;
          squares += centered * centered;
        }
        const inverse = 1 / Math.sqrt(squares / width + epsilon);
        inverseDeviation[row] = inverse;
        for (let i = 0; i < width; i++) {
          const value = (xs[at + i] - mean) * inverse;
          normalized[at + i] = value;
          ys[at + i] = value * gammas[i] + betas[i];
        }
      }
    },
  ) as [tf.Tensor2D, ...Normalized];
}

function heapGradient(
  dy: tf.Tensor2D,
  [normalized, inverseDeviation]: Normalized,
  gamma: tf.Tensor1D,
): [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D] {
  const [rows, width] = dy.shape;
  const outputs = [{ shape: dy.shape }, { shape: [width] }, { shape: [width] }];
  return passOverHeap([dy, normalized, inverseDeviation, gamma], outputs, (from, to) => {
    const [dys, xs, inverses, gammas] = from;
    const [dx, dGamma, dBeta] = to;
    // Sums over thousands of rows are kept in float64.
    const gammaSums = new Float64Array(width);
    const betaSums = new Float64Array(width);
    for (let row = 0, at = 0; row < rows; row++, at += width) {
      let sum = 0;
      let projection = 0;
      for (let i = 0; i < width; i++) {
        const d = dys[at + i];
        const scaled = d * gammas[i];
        const x = xs[at + i];
        sum += scaled;
        projection += scaled * x;
        gammaSums[i] += d * x;
        betaSums[i] += d;
      }
      const mean = sum / width;
      projection /= width;
      const inverse = inverses[row];
      for (let i = 0; i < width; i++) {
        dx[at + i] = inverse * (dys[at + i] * gammas[i] - mean - xs[at + i] * projection);
      }
    }
    dGamma.set(gammaSums);
    dBeta.set(betaSums);
  }) as [tf.Tensor2D, tf.Tensor1D, tf.Tensor1D];
}
