import type * as tf from '@tensorflow/tfjs';

import { HeadError } from './errors.js';

/**
 * Checks type and shape of a label tensor, without reading it.
 * @throws HeadError `invalid-labels`
 */
export function checkLabelTensor(
  name: string,
  tensor: tf.Tensor | undefined,
  shape: readonly number[],
  dtype: 'int32' | 'float32' = 'int32',
): void {
  if (tensor?.dtype === dtype && tensor.shape.join() === shape.join()) return;
  const found = tensor ? `${tensor.dtype} [${tensor.shape.join(', ')}]` : 'none';
  throw new HeadError('invalid-labels', `${name}: expected ${dtype} [${shape.join(', ')}], found ${found}.`);
}

/**
 * Reads labels, at most a matrix, and checks each.
 * @param expected for the message: what a label must be
 * @param isValid is also given the row-major position
 * @returns the labels, row-major
 * @throws HeadError `invalid-labels`, with the place of the first that is wrong
 */
export function readLabels(
  name: string,
  tensor: tf.Tensor,
  expected: string,
  isValid: (value: number, position: number) => boolean,
): number[] {
  const values = [...tensor.dataSync()];
  const at = values.findIndex((value, position) => !isValid(value, position));
  if (at < 0) return values;
  const columns = tensor.shape[1];
  const place =
    columns === undefined
      ? `at position ${at}`
      : `in row ${Math.floor(at / columns)}, column ${at % columns}`;
  throw new HeadError('invalid-labels', `${name}: expected ${expected}, found ${values[at]} ${place}.`);
}
