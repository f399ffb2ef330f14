import * as tf from '@tensorflow/tfjs';

import { bools, floats, ints, op, type OpCase } from './case.js';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const anywhere = () => [floats([3, 5])];
const within = (low: number, high: number) => () => [floats([3, 5], 1, low, high)];

const smooth: [string, Unary, (() => tf.Tensor[])?][] = [
  ['abs', tf.abs],
  ['acos', tf.acos, within(-0.95, 0.95)],
  ['acosh', tf.acosh, within(1.1, 4)],
  ['asin', tf.asin, within(-0.95, 0.95)],
  ['asinh', tf.asinh],
  ['atan', tf.atan],
  ['atanh', tf.atanh, within(-0.9, 0.9)],
  ['cos', tf.cos],
  ['cosh', tf.cosh],
  ['elu', tf.elu],
  ['erf', tf.erf],
  ['exp', tf.exp],
  ['expm1', tf.expm1],
  ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
  ['log', tf.log, within(0.1, 5)],
  ['log1p', tf.log1p, within(-0.9, 5)],
  ['logSigmoid', tf.logSigmoid],
  ['neg', tf.neg],
  ['reciprocal', tf.reciprocal, within(0.5, 2)],
  ['relu', tf.relu],
  ['relu6', (x) => tf.relu6(tf.mul(x, 5))],
  ['rsqrt', tf.rsqrt, within(0.2, 4)],
  ['selu', tf.selu],
  ['sigmoid', tf.sigmoid],
  ['sin', tf.sin],
  ['sinh', tf.sinh],
  ['softplus', tf.softplus],
  ['sqrt', tf.sqrt, within(0.2, 4)],
  ['square', tf.square],
  ['tan', tf.tan, within(-1.2, 1.2)],
  ['tanh', tf.tanh],
  ['clipByValue', (x) => tf.clipByValue(x, -0.7, 1.1)],
  ['gelu by erf', (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1))],
];

const stepped: [string, Unary][] = [
  ['ceil', tf.ceil],
  ['floor', tf.floor],
  ['round', tf.round],
  ['sign', tf.sign],
  ['step', (x) => tf.step(x, 0.2)],
  ['isNaN', (x) => tf.isNaN(tf.log(x))],
  ['isInf', (x) => tf.isInf(tf.div(x, 0))],
  ['isFinite', (x) => tf.isFinite(tf.log(x))],
  ['onesLike', tf.onesLike],
  ['zerosLike', tf.zerosLike],
  ['cast to int32', (x) => tf.cast(tf.mul(x, 10), 'int32')],
  ['cast to bool', (x) => tf.cast(tf.relu(x), 'bool')],
];

/** TensorFlow.js itself has no gradient by the smaller input of these. */
const NO_GRADIENT_OF_BROADCAST = new Set(['maximum', 'minimum', 'squaredDifference', 'divNoNan']);

const arithmetic: [string, Binary][] = [
  ['add', tf.add],
  ['sub', tf.sub],
  ['mul', tf.mul],
  ['maximum', tf.maximum],
  ['minimum', tf.minimum],
  ['squaredDifference', tf.squaredDifference],
  ['atan2', tf.atan2],
];

const division: [string, Binary][] = [
  ['div', tf.div],
  ['divNoNan', tf.divNoNan],
  ['pow', (a, b) => tf.pow(tf.abs(a), b)],
];

const comparisons: [string, Binary][] = [
  ['equal', tf.equal],
  ['notEqual', tf.notEqual],
  ['less', tf.less],
  ['lessEqual', tf.lessEqual],
  ['greater', tf.greater],
  ['greaterEqual', tf.greaterEqual],
];

const logical: [string, Binary][] = [
  ['logicalAnd', tf.logicalAnd],
  ['logicalOr', tf.logicalOr],
  ['logicalXor', tf.logicalXor],
];

const broadcast = () => [floats([2, 3, 4], 1), floats([3, 1], 2)];
const positive = () => [floats([2, 3, 4], 1), floats([1, 4], 2, 0.5, 2)];
const integers = () => [ints([2, 4], 1), ints([4], 2)];

/** Operations that work element by element. */
export const ELEMENTWISE: readonly OpCase[] = [
  ...smooth.map(([name, run, inputs = anywhere]) => op(name, inputs, run, { gradient: true })),
  ...stepped.map(([name, run]) => op(name, anywhere, run)),
  ...arithmetic.map(([name, run]) =>
    op(`${name}, broadcast`, broadcast, run, { gradient: !NO_GRADIENT_OF_BROADCAST.has(name) }),
  ),
  ...arithmetic
    .filter(([name]) => name !== 'atan2')
    .map(([name, run]) => op(`${name}, int32`, integers, run)),
  ...division.map(([name, run]) =>
    op(`${name}, broadcast`, positive, run, { gradient: !NO_GRADIENT_OF_BROADCAST.has(name) }),
  ),
  op('squaredDifference', () => [floats([2, 3], 1), floats([2, 3], 2)], tf.squaredDifference, {
    gradient: true,
  }),
  op('maximum', () => [floats([2, 3], 1), floats([2, 3], 2)], tf.maximum, { gradient: true }),
  ...comparisons.map(([name, run]) => op(`${name}, broadcast`, broadcast, run)),
  ...comparisons.map(([name, run]) => op(`${name}, int32`, integers, run)),
  ...logical.map(([name, run]) => op(name, () => [bools([2, 4], 1), bools([1, 4], 2)], run)),
  op('logicalNot', () => [bools([3])], tf.logicalNot),
  op('abs, int32', () => [ints([6])], tf.abs),
  op('floorDiv, int32', () => [ints([2, 4], 1), ints([4], 2, 1, 5)], tf.floorDiv),
  op('mod, float', () => [floats([2, 4], 1), floats([4], 2, 0.5, 2)], tf.mod, { gradient: true }),
  op('mod, int32', () => [ints([2, 4], 1), ints([4], 2, 1, 5)], tf.mod),
  op('div, int32', () => [ints([2, 4], 1), ints([4], 2, 1, 5)], tf.div),
  op('add, int32 to float32', () => [ints([4], 1), floats([4])], tf.add),
  op(
    'addN',
    () => [floats([2, 3], 1), floats([2, 3], 2), floats([2, 3], 3)],
    (...list: tf.Tensor[]) => tf.addN(list),
    { gradient: true },
  ),
  op('prelu', () => [floats([3, 4], 1), floats([4], 2)], tf.prelu, { gradient: true }),
  op('where', () => [bools([2, 3]), floats([2, 3], 1), floats([2, 3], 2)], tf.where, { gradient: true }),
  op('where, broadcast', () => [bools([2, 1]), floats([2, 3], 1), floats([3], 2)], tf.where),
  op(
    'cast of bool',
    () => [bools([2, 3])],
    (x: tf.Tensor) => tf.cast(x, 'float32'),
  ),
  op(
    'cast of int32',
    () => [ints([5])],
    (x: tf.Tensor) => tf.cast(x, 'float32'),
  ),
  op(
    'complex, real, imag',
    () => [floats([3], 1), floats([3], 2)],
    (re: tf.Tensor, im: tf.Tensor) => {
      const z = tf.complex(re, im);
      return [tf.real(z), tf.imag(z), tf.abs(z)];
    },
  ),
  op(
    'complex arithmetic',
    () => [floats([3], 1), floats([3], 2)],
    (re: tf.Tensor, im: tf.Tensor) => {
      const z = tf.complex(re, im);
      return [tf.add(z, z), tf.mul(z, z), tf.sub(z, tf.mul(z, z))];
    },
  ),
  op('empty tensors', () => [floats([0, 3], 1), floats([1, 3], 2)], tf.add),
  op('scalars', () => [floats([], 1), floats([], 2)], tf.mul, { gradient: true }),
  op('rank 6', () => [floats([1, 2, 3, 2, 1, 2], 1), floats([2, 1, 2], 2)], tf.add),
];
