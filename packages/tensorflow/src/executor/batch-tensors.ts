import * as tf from '@tensorflow/tfjs';

/** The tensors of a batch by property name, in the order of the names. */
export function batchTensors(batch: object): readonly (readonly [name: string, tensor: tf.Tensor])[] {
  return Object.entries(batch)
    .filter((entry): entry is [string, tf.Tensor] => entry[1] instanceof tf.Tensor)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The batch with other tensors, given in the order of `batchTensors`. */
export function withTensors<Batch extends object>(batch: Batch, tensors: readonly tf.Tensor[]): Batch {
  const named = batchTensors(batch).map(([name], i) => [name, tensors[i]] as const);
  return { ...batch, ...Object.fromEntries(named) };
}

/** A text that batches share when one trace serves both. */
export function batchSignature(batch: object): string {
  return batchTensors(batch)
    .map(([name, { dtype, shape }]) => `${name}:${dtype}[${shape.join(',')}]`)
    .join(' ');
}

/** Copies a tensor to JavaScript. */
export async function toHost(
  tensor: tf.Tensor,
): Promise<{ readonly values: Float32Array; readonly shape: readonly number[] }> {
  return { values: Float32Array.from(await tensor.data()), shape: tensor.shape };
}
