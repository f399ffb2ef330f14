import * as tf from '@tensorflow/tfjs';

import { bools, floats, indices, ints, op, type OpCase } from './case.js';

const cube = () => [floats([2, 3, 4])];
const strings = () => [tf.tensor2d(['a', 'β', '', 'd\0e', '日本', '🙂'], [2, 3], 'string')];

/** Operations that move values about. */
export const SHAPING: readonly OpCase[] = [
  op('reshape', cube, (x: tf.Tensor) => tf.reshape(x, [4, -1]), { gradient: true }),
  op('expandDims', cube, (x: tf.Tensor) => tf.expandDims(x, 1), { gradient: true }),
  op(
    'squeeze',
    () => [floats([1, 3, 1])],
    (x: tf.Tensor) => tf.squeeze(x),
    { gradient: true },
  ),
  op('transpose', cube, (x: tf.Tensor) => tf.transpose(x, [2, 0, 1]), { gradient: true }),
  op(
    'transpose of a matrix',
    () => [floats([3, 5])],
    (x: tf.Tensor) => tf.transpose(x),
    { gradient: true },
  ),
  op(
    'transpose, rank 4',
    () => [floats([2, 3, 4, 5])],
    (x: tf.Tensor) => tf.transpose(x, [0, 2, 1, 3]),
    {
      gradient: true,
    },
  ),
  op('tile', cube, (x: tf.Tensor) => tf.tile(x, [2, 1, 3]), { gradient: true }),
  op(
    'broadcastTo',
    () => [floats([3, 1])],
    (x: tf.Tensor) => tf.broadcastTo(x, [2, 3, 4]),
    { gradient: true },
  ),
  op(
    'concat',
    () => [floats([2, 3], 1), floats([2, 1], 2)],
    (...list: tf.Tensor[]) => tf.concat(list, 1),
    {
      gradient: true,
    },
  ),
  op('concat of strings', strings, (x: tf.Tensor) => tf.concat([x, x], 0)),
  op(
    'stack',
    () => [floats([2, 3], 1), floats([2, 3], 2)],
    (...list: tf.Tensor[]) => tf.stack(list, 1),
    {
      gradient: true,
    },
  ),
  op('unstack', cube, (x: tf.Tensor) => tf.unstack(x, 1), { gradient: true }),
  op('split in equal parts', cube, (x: tf.Tensor) => tf.split(x, 2, 2), { gradient: true }),
  op('split in given parts', cube, (x: tf.Tensor) => tf.split(x, [1, 2], 1), { gradient: true }),
  op('slice', cube, (x: tf.Tensor) => tf.slice(x, [0, 1, 1], [2, 2, -1]), { gradient: true }),
  op('slice of strings', strings, (x: tf.Tensor) => tf.slice(x, [0, 1], [2, 2])),
  op('stridedSlice', cube, (x: tf.Tensor) => tf.stridedSlice(x, [0, 0, 3], [2, 3, 0], [1, 2, -1])),
  op(
    'pad',
    cube,
    (x: tf.Tensor) =>
      tf.pad(
        x,
        [
          [0, 1],
          [2, 0],
          [0, 0],
        ],
        7,
      ),
    { gradient: true },
  ),
  op(
    'pad, int32',
    () => [ints([2, 2])],
    (x: tf.Tensor) =>
      tf.pad(x, [
        [1, 1],
        [0, 1],
      ]),
  ),
  op(
    'mirrorPad',
    () => [floats([3, 4])],
    (x: tf.Tensor) =>
      tf.mirrorPad(
        x,
        [
          [1, 1],
          [2, 0],
        ],
        'reflect',
      ),
  ),
  op('reverse', cube, (x: tf.Tensor) => tf.reverse(x, [0, 2]), { gradient: true }),
  op(
    'gather',
    () => [floats([5, 3]), indices([4, 0, 0])],
    (x: tf.Tensor, at: tf.Tensor1D) => tf.gather(x, at),
    { gradient: true },
  ),
  op(
    'gather, axis 1, of a matrix of indices',
    () => [floats([2, 5, 3]), indices([4, 0, 0, 1], [2, 2])],
    (x: tf.Tensor, at: tf.Tensor) => tf.gather(x, at as tf.Tensor1D, 1),
    { gradient: true },
  ),
  op(
    'gather, batch dims',
    () => [floats([2, 5]), indices([4, 0, 0, 1], [2, 2])],
    (x: tf.Tensor, at: tf.Tensor) => tf.gather(x, at as tf.Tensor1D, 1, 1),
  ),
  op('gatherND', () => [floats([3, 4]), indices([0, 1, 2, 3], [2, 2])], tf.gatherND),
  op(
    'scatterND',
    () => [indices([4, 1, 4], [3, 1]), floats([3, 2])],
    (at: tf.Tensor, x: tf.Tensor) => tf.scatterND(at, x, [6, 2]),
  ),
  op(
    'tensorScatterUpdate',
    () => [floats([4, 2], 1), indices([0, 3], [2, 1]), floats([2, 2], 2)],
    tf.tensorScatterUpdate,
  ),
  op(
    'oneHot',
    () => [indices([0, 2, 5, -1])],
    (x: tf.Tensor) => tf.oneHot(x, 4),
  ),
  op(
    'oneHot with values',
    () => [indices([0, 2])],
    (x: tf.Tensor) => tf.oneHot(x, 3, 0.9, 0.1, 'float32'),
  ),
  op(
    'eye',
    () => [],
    () => tf.eye(3, 4, [2]),
  ),
  op('diag', () => [floats([3])], tf.diag),
  op(
    'range',
    () => [],
    () => [tf.range(0, 5), tf.range(5, 0, -2, 'int32'), tf.linspace(0, 1, 5)],
  ),
  op(
    'fill',
    () => [],
    () => [tf.fill([2, 3], 1.5), tf.fill([2], 3, 'int32'), tf.zeros([2]), tf.ones([2], 'bool')],
  ),
  op(
    'fill with a string',
    () => [],
    () => tf.fill([2], 'ab', 'string'),
  ),
  op('clone', cube, tf.clone, { gradient: true }),
  op(
    'bandPart',
    () => [floats([4, 5])],
    (x: tf.Tensor) => tf.linalg.bandPart(x, 1, 2),
  ),
  op(
    'spaceToBatchND',
    () => [floats([1, 4, 4, 1])],
    (x: tf.Tensor) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ),
  op(
    'batchToSpaceND',
    () => [floats([4, 2, 2, 1])],
    (x: tf.Tensor) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ),
  op(
    'depthToSpace',
    () => [floats([1, 2, 2, 4])],
    (x: tf.Tensor4D) => tf.depthToSpace(x, 2),
  ),
  op(
    'meshgrid',
    () => [floats([3]), floats([2])],
    (x: tf.Tensor1D, y: tf.Tensor1D) => tf.meshgrid(x, y),
  ),
  op('equal of strings', () => [tf.tensor1d(['a', 'b']), tf.tensor1d(['a', 'c'])], tf.equal),
  op(
    'sparseToDense',
    () => [indices([1, 3]), floats([2])],
    (at: tf.Tensor1D, x: tf.Tensor1D) => tf.sparseToDense(at, x, [5], tf.scalar(9)),
  ),
  op(
    'stack of bools',
    () => [bools([2]), bools([2], 2)],
    (...list: tf.Tensor[]) => tf.stack(list),
  ),
  op(
    'concat with nothing',
    () => [floats([0, 2]), floats([1, 2])],
    (...list: tf.Tensor[]) => tf.concat(list, 0),
  ),
];
