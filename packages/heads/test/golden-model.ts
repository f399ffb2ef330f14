import type { BertInputs } from '@bertune/bert';
import { type GoldenTensor } from '@bertune/testkit';
import * as tf from '@tensorflow/tfjs';

/** Our name and memory orientation of a parameter written by torch. */
function isTransposed(name: string): boolean {
  return name.endsWith('.weight') && !/embeddings\.|LayerNorm/.test(name);
}

/** Row-major transpose of a golden matrix where memory holds it the other way round. */
export function inMemory(name: string, { shape, data }: GoldenTensor): Float32Array {
  if (!isTransposed(name)) return Float32Array.from(data);
  const [rows, columns] = shape;
  const result = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) result[(i % columns) * rows + Math.floor(i / columns)] = data[i];
  return result;
}

/** Puts golden values into a model's parameters; every parameter must have one. */
export function assignGolden(
  parameters: ReadonlyMap<string, tf.Variable>,
  golden: ReadonlyMap<string, GoldenTensor>,
  prefix = '',
): void {
  for (const [name, variable] of parameters) {
    const tensor = golden.get(`${prefix}bert.${name}`) ?? golden.get(`${prefix}${name}`);
    if (!tensor) throw new Error(`golden data lacks ${name}`);
    tf.tidy(() => variable.assign(tf.tensor(inMemory(name, tensor), variable.shape)));
  }
}

/** `input/…` of a golden file as tensors; the caller disposes. */
export function goldenInputs(golden: ReadonlyMap<string, GoldenTensor>, prefix = 'input/'): BertInputs {
  const int32 = (name: string): tf.Tensor2D => {
    const tensor = golden.get(prefix + name);
    if (!tensor) throw new Error(`golden data lacks ${prefix}${name}`);
    return tf.tensor2d(tensor.data, [tensor.shape[0], tensor.shape[1]], 'int32');
  };
  return {
    inputIds: int32('input_ids'),
    attentionMask: int32('attention_mask'),
    tokenTypeIds: int32('token_type_ids'),
  };
}
