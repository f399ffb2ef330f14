import * as tf from '@tensorflow/tfjs';

import { floats, ints, op, type OpCase } from './case.js';

const FLAGS = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

const shapesOf = (batch: number[], transposeA: boolean, transposeB: boolean): [number[], number[]] => [
  [...batch, ...(transposeA ? [4, 3] : [3, 4])],
  [...batch, ...(transposeB ? [5, 4] : [4, 5])],
];

const ACTIVATIONS = [undefined, 'linear', 'relu', 'relu6', 'elu', 'sigmoid'] as const;

const image = () => [floats([2, 6, 5, 3], 1), floats([3, 2, 3, 4], 2)];
const pixels = () => [floats([1, 6, 6, 2])];

/** Products, convolutions, pooling and images. */
export const PRODUCTS: readonly OpCase[] = [
  ...[[], [2], [2, 3]].flatMap((batch) =>
    FLAGS.map(([transposeA, transposeB]) => {
      const [a, b] = shapesOf(batch, transposeA, transposeB);
      return op(
        `matMul ${JSON.stringify(a)} ${JSON.stringify(b)} ${transposeA ? 'T' : '-'}${transposeB ? 'T' : '-'}`,
        () => [floats(a, 1), floats(b, 2)],
        (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB),
        { gradient: true },
      );
    }),
  ),
  op('matMul, broadcast', () => [floats([2, 3, 4], 1), floats([1, 4, 5], 2)], tf.matMul),
  op(
    'matMul of a transpose',
    () => [floats([4, 3], 1), floats([5, 4], 2)],
    (x: tf.Tensor, y: tf.Tensor) => tf.matMul(tf.transpose(x), tf.transpose(y)),
    { gradient: true },
  ),
  op(
    'matMul of a transpose with flags',
    () => [floats([3, 4], 1), floats([4, 5], 2)],
    (x: tf.Tensor, y: tf.Tensor) => tf.matMul(tf.transpose(x), tf.transpose(y), true, true),
    { gradient: true },
  ),
  op('matMul with nothing inside', () => [floats([3, 0]), floats([0, 2])], tf.matMul),
  op('matMul, int32', () => [ints([2, 3], 1), ints([3, 2], 2)], tf.matMul),
  ...ACTIVATIONS.map((activation) =>
    op(
      `fused.matMul, bias and ${activation ?? 'nothing'}`,
      () => [floats([3, 4], 1), floats([4, 5], 2), floats([5], 3)],
      (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
        tf.fused.matMul({ a, b, bias, ...(activation && { activation }) }),
      { gradient: activation !== 'elu' && activation !== 'sigmoid' },
    ),
  ),
  op(
    'fused.matMul, prelu',
    () => [floats([3, 4], 1), floats([4, 5], 2), floats([5], 3), floats([5], 4)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor, preluActivationWeights: tf.Tensor) =>
      tf.fused.matMul({ a, b, bias, activation: 'prelu', preluActivationWeights }),
  ),
  op(
    'fused.matMul, leaky relu',
    () => [floats([3, 4], 1), floats([4, 5], 2), floats([5], 3)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.matMul({ a, b, bias, activation: 'leakyrelu', leakyreluAlpha: 0.3 }),
  ),
  op(
    'fused.matMul, rank 3, bias of rank 1',
    () => [floats([2, 3, 4], 1), floats([2, 4, 5], 2), floats([5], 3)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) => tf.fused.matMul({ a, b, bias, activation: 'relu' }),
  ),
  op(
    'fused.matMul, bias of rank 2',
    () => [floats([3, 4], 1), floats([4, 5], 2), floats([1, 5], 3)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) => tf.fused.matMul({ a, b, bias }),
  ),
  op(
    'fused.matMul with flags',
    () => [floats([4, 3], 1), floats([5, 4], 2), floats([5], 3)],
    (a: tf.Tensor, b: tf.Tensor, bias: tf.Tensor) =>
      tf.fused.matMul({ a, b, bias, transposeA: true, transposeB: true }),
    { gradient: true },
  ),
  op('dot', () => [floats([4], 1), floats([4], 2)], tf.dot, { gradient: true }),
  op('dot, matrix and vector', () => [floats([3, 4], 1), floats([4], 2)], tf.dot, { gradient: true }),
  op(
    'outerProduct',
    () => [floats([3], 1), floats([4], 2)],
    (a: tf.Tensor1D, b: tf.Tensor1D) => tf.outerProduct(a, b),
  ),
  op(
    'einsum, attention scores',
    () => [floats([2, 3, 4, 5], 1), floats([2, 6, 4, 5], 2)],
    (q: tf.Tensor, k: tf.Tensor) => tf.einsum('bthd,bshd->bhts', q, k),
  ),
  op(
    'einsum, trace-like sum',
    () => [floats([3, 4], 1), floats([4], 2)],
    (a: tf.Tensor, b: tf.Tensor) => tf.einsum('ij,j->i', a, b),
  ),
  op(
    'conv1d',
    () => [floats([2, 7, 3], 1), floats([3, 3, 4], 2)],
    (x: tf.Tensor3D, w: tf.Tensor3D) => tf.conv1d(x, w, 2, 'same'),
    { gradient: true },
  ),
  op('conv2d, same', image, (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, [2, 1], 'same'), {
    gradient: true,
  }),
  op('conv2d, valid', image, (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2d(x, w, 1, 'valid'), {
    gradient: true,
  }),
  op(
    'fused.conv2d',
    () => [...image(), floats([4], 3)],
    (x: tf.Tensor4D, filter: tf.Tensor4D, bias: tf.Tensor) =>
      tf.fused.conv2d({ x, filter, strides: 1, pad: 'same', bias, activation: 'relu' }),
  ),
  op(
    'conv2dTranspose',
    () => [floats([1, 3, 3, 2], 1), floats([2, 2, 4, 2], 2)],
    (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2dTranspose(x, w, [1, 6, 6, 4], 2, 'same'),
  ),
  op(
    'depthwiseConv2d',
    () => [floats([1, 5, 5, 2], 1), floats([3, 3, 2, 2], 2)],
    (x: tf.Tensor4D, w: tf.Tensor4D) => tf.depthwiseConv2d(x, w, 1, 'same'),
    { gradient: true },
  ),
  op(
    'separableConv2d',
    () => [floats([1, 5, 5, 2], 1), floats([3, 3, 2, 2], 2), floats([1, 1, 4, 3], 3)],
    (x: tf.Tensor4D, depth: tf.Tensor4D, point: tf.Tensor4D) =>
      tf.separableConv2d(x, depth, point, 1, 'valid'),
  ),
  op(
    'conv3d',
    () => [floats([1, 4, 4, 4, 2], 1), floats([2, 2, 2, 2, 3], 2)],
    (x: tf.Tensor5D, w: tf.Tensor5D) => tf.conv3d(x, w, 1, 'same'),
    { gradient: true },
  ),
  op('maxPool', pixels, (x: tf.Tensor4D) => tf.maxPool(x, 2, 2, 'valid'), { gradient: true }),
  op('avgPool', pixels, (x: tf.Tensor4D) => tf.avgPool(x, [3, 2], 1, 'valid'), { gradient: true }),
  op('localResponseNormalization', pixels, (x: tf.Tensor4D) =>
    tf.localResponseNormalization(x, 1, 1, 0.5, 0.5),
  ),
  op(
    'batchNorm',
    () => [floats([2, 3, 3, 4], 1), floats([4], 2), floats([4], 3, 0.5, 2), floats([4], 4), floats([4], 5)],
    (x: tf.Tensor, mean: tf.Tensor1D, variance: tf.Tensor1D, offset: tf.Tensor1D, scale: tf.Tensor1D) =>
      tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
    { gradient: true },
  ),
  op('resizeBilinear', pixels, (x: tf.Tensor4D) => tf.image.resizeBilinear(x, [4, 9]), { gradient: true }),
  op('resizeNearestNeighbor', pixels, (x: tf.Tensor4D) => tf.image.resizeNearestNeighbor(x, [3, 12])),
  op(
    'fft and back',
    () => [floats([8], 1), floats([8], 2)],
    (re: tf.Tensor, im: tf.Tensor) => {
      const z = tf.fft(tf.complex(re, im));
      return [z, tf.ifft(z)];
    },
  ),
  op(
    'rfft',
    () => [floats([2, 8])],
    (x: tf.Tensor) => tf.rfft(x),
  ),
  op(
    'layer norm by hand',
    () => [floats([2, 3, 8], 1), floats([8], 2), floats([8], 3)],
    (x: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return tf.add(tf.mul(tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-12))), gamma), beta);
    },
    { gradient: true },
  ),
];
