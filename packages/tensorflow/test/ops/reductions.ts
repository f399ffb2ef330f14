import * as tf from '@tensorflow/tfjs';

import { bools, floats, indices, ints, op, type OpCase } from './case.js';

type Reduce = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const reductions: [string, Reduce][] = [
  ['sum', tf.sum],
  ['mean', tf.mean],
  ['max', tf.max],
  ['min', tf.min],
  ['prod', tf.prod],
  ['logSumExp', tf.logSumExp],
  ['euclideanNorm', tf.euclideanNorm],
];

/** TensorFlow.js itself has no gradient of `prod` along a negative axis. */
const hasGradient = (name: string): boolean => name !== 'prod';

const cube = () => [floats([2, 3, 4])];

/** Operations along axes. */
export const REDUCTIONS: readonly OpCase[] = [
  ...reductions.flatMap(([name, reduce]) => [
    op(`${name} of all`, cube, (x: tf.Tensor) => reduce(x), { gradient: true }),
    op(`${name}, axis -1, kept`, cube, (x: tf.Tensor) => reduce(x, -1, true), {
      gradient: hasGradient(name),
    }),
    op(`${name}, axes [0, 2]`, cube, (x: tf.Tensor) => reduce(x, [0, 2]), { gradient: true }),
  ]),
  op(
    'sum, int32',
    () => [ints([3, 4])],
    (x: tf.Tensor) => tf.sum(x, 0),
  ),
  op(
    'sum, bool',
    () => [bools([3, 4])],
    (x: tf.Tensor) => tf.sum(x, 1),
  ),
  op(
    'max, int32',
    () => [ints([3, 4])],
    (x: tf.Tensor) => tf.max(x, 1),
  ),
  op(
    'mean, int32',
    () => [ints([3, 4])],
    (x: tf.Tensor) => tf.mean(x, 1),
  ),
  op(
    'all',
    () => [bools([3, 4])],
    (x: tf.Tensor) => tf.all(x, 1),
  ),
  op(
    'any',
    () => [bools([3, 4])],
    (x: tf.Tensor) => tf.any(x, 0, true),
  ),
  op('argMax', cube, (x: tf.Tensor) => tf.argMax(x, 1)),
  op('argMax, last', cube, (x: tf.Tensor) => tf.argMax(x, -1)),
  op('argMin', cube, (x: tf.Tensor) => tf.argMin(x, 0)),
  op(
    'moments',
    cube,
    (x: tf.Tensor) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return [mean, variance];
    },
    { gradient: true },
  ),
  op('norm', cube, (x: tf.Tensor) => tf.norm(x, 2, [1]), { gradient: true }),
  op('cumsum', cube, (x: tf.Tensor) => tf.cumsum(x, 1)),
  op('cumsum, exclusive and reversed', cube, (x: tf.Tensor) => tf.cumsum(x, 2, true, true), {
    gradient: true,
  }),
  op(
    'cumsum, int32',
    () => [ints([7])],
    (x: tf.Tensor) => tf.cumsum(x),
  ),
  op('cumprod', cube, (x: tf.Tensor) => tf.cumprod(x, 1)),
  op('softmax', cube, (x: tf.Tensor) => tf.softmax(x), { gradient: true }),
  op(
    'softmax, rank 4',
    () => [floats([2, 3, 2, 5])],
    (x: tf.Tensor) => tf.softmax(x, -1),
    { gradient: true },
  ),
  op('logSoftmax', cube, (x: tf.Tensor) => tf.logSoftmax(x), { gradient: true }),
  op('topk', cube, (x: tf.Tensor) => {
    const { values, indices } = tf.topk(x, 3, true);
    return [values, indices];
  }),
  op(
    'softmaxCrossEntropy',
    () => [tf.oneHot(indices([0, 2, 1]), 4).toFloat(), floats([3, 4])],
    (labels: tf.Tensor, logits: tf.Tensor) => tf.losses.softmaxCrossEntropy(labels, logits),
    { gradient: true },
  ),
  op(
    'sigmoidCrossEntropy',
    () => [floats([3, 4], 1, 0, 1), floats([3, 4])],
    (labels: tf.Tensor, logits: tf.Tensor) => tf.losses.sigmoidCrossEntropy(labels, logits),
  ),
  op(
    'meanSquaredError',
    () => [floats([3, 4], 1), floats([3, 4], 2)],
    (a: tf.Tensor, b: tf.Tensor) => tf.losses.meanSquaredError(a, b),
    { gradient: true },
  ),
  op(
    'unsortedSegmentSum',
    () => [floats([5, 3]), indices([0, 2, 0, 1, 2])],
    (x: tf.Tensor, ids: tf.Tensor1D) => tf.unsortedSegmentSum(x, ids, 4),
    { gradient: true },
  ),
  op(
    'bincount',
    () => [indices([0, 3, 1, 3]), floats([4], 1, 0, 1)],
    (x: tf.Tensor1D, weights: tf.Tensor1D) => tf.bincount(x, weights, 5),
  ),
  op(
    'unique',
    () => [indices([4, 2, 4, 9, 2])],
    (x: tf.Tensor) => {
      const { values, indices } = tf.unique(x);
      return [values, indices];
    },
    { compiled: 'unknown-shape' },
  ),
  op(
    'sum of nothing',
    () => [floats([0, 3])],
    (x: tf.Tensor) => tf.sum(x, 0),
  ),
  op(
    'confusionMatrix',
    () => [indices([0, 1, 2, 1]), indices([0, 2, 2, 1])],
    (labels: tf.Tensor1D, predictions: tf.Tensor1D) => tf.math.confusionMatrix(labels, predictions, 3),
  ),
];
