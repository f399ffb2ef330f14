import type { BertInputs } from '@bertune/bert';
import { compile } from '@bertune/tensorflow';
import type { GoldenTensor } from '@bertune/testkit';
import * as tf from '@tensorflow/tfjs';

import { inMemory } from '../helpers/golden-traces.js';

/** Tensors of a golden file by name. */
export type Golden = ReadonlyMap<string, GoldenTensor>;

/** Runs a function on the native backend in some way. */
export type Run = <Result extends tf.TensorContainer>(fn: () => Result) => Result;

const opByOp: Run = (fn) => fn();

const compiled: Run = (fn) => {
  const compiledFunction = compile(fn);
  try {
    return compiledFunction();
  } finally {
    compiledFunction.dispose();
  }
};

/** Once op by op and once as a compiled function, which reads its inputs and parameters from outside. */
export const WAYS: [string, Run][] = [
  ['op by op', opByOp],
  ['compiled', compiled],
];

/** Puts golden values into a model's parameters; every parameter must have one. */
export function assignGolden(
  parameters: ReadonlyMap<string, tf.Variable>,
  golden: Golden,
  prefix: string,
): void {
  for (const [name, variable] of parameters) {
    const value = golden.get(`${prefix}bert.${name}`) ?? golden.get(`${prefix}${name}`);
    if (!value) throw new Error(`golden data lacks ${name}`);
    tf.tidy(() => variable.assign(tf.tensor(inMemory(name, value), variable.shape)));
  }
}

/** The inputs of a golden file, of any rank; the caller disposes. */
export function goldenInputs(
  golden: Golden,
  prefix: string,
): Omit<BertInputs, 'lastHiddenState' | 'inputsEmbeds'> {
  const ids = golden.get(`${prefix}input_ids`);
  if (!ids) throw new Error(`no ${prefix}input_ids`);
  const int32 = (name: string, filler: number): tf.Tensor2D => {
    const data = golden.get(prefix + name)?.data ?? new Int32Array(ids.data.length).fill(filler);
    return tf.tensor<tf.Rank>(data, [...ids.shape], 'int32') as tf.Tensor2D;
  };
  return {
    inputIds: int32('input_ids', 0),
    attentionMask: int32('attention_mask', 1),
    tokenTypeIds: int32('token_type_ids', 0),
  };
}

/** A label tensor of a golden file; the caller disposes. */
export function goldenLabel(golden: Golden, name: string): tf.Tensor {
  const label = golden.get(`label/${name}`);
  if (!label) throw new Error(`golden data lacks label/${name}`);
  return tf.tensor(label.data, [...label.shape], label.data instanceof Int32Array ? 'int32' : 'float32');
}
