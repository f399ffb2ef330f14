import { Bert, type BertInputs, parseBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, type GoldenTensor, readGoldenJson } from '@bertune/testkit';
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

/** A label tensor of a golden file; the caller disposes. */
export function goldenLabels<T extends tf.Tensor = tf.Tensor>(
  golden: ReadonlyMap<string, GoldenTensor>,
  name = 'labels',
): T {
  const label = golden.get(`label/${name}`);
  if (!label) throw new Error(`golden data lacks label/${name}`);
  const dtype = label.data instanceof Int32Array ? 'int32' : 'float32';
  return tf.tensor(label.data, [...label.shape], dtype) as T;
}

const index = readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'));

/** An encoder of the sizes of a golden task, without dropout. */
export function goldenEncoder(task: string, options: { pooler?: boolean } = {}): Bert {
  const json = {
    ...index[task].config,
    hidden_dropout_prob: 0,
    attention_probs_dropout_prob: 0,
    model_type: 'bert',
  };
  return Bert.fromConfig(parseBertConfig(json, `${task}/config.json`), options);
}

/** Compares a loss, and its gradient by every parameter, with those of a golden file. */
export function expectGoldenLoss(
  golden: ReadonlyMap<string, GoldenTensor>,
  parameters: ReadonlyMap<string, tf.Variable>,
  loss: () => tf.Scalar,
): void {
  tf.tidy(() => {
    const { value, grads } = tf.variableGrads(loss, [...parameters.values()]);
    const expected = golden.get('loss')?.data[0] ?? NaN;
    expectClose(value.dataSync(), [expected], { atol: 1e-5 * Math.abs(expected) }, 'loss');
    const names = [...golden.keys()].filter((name) => name.startsWith('grad/'));
    if (names.length !== parameters.size) {
      throw new Error(`${parameters.size} parameters, but ${names.length} golden gradients`);
    }
    for (const [name, variable] of parameters) {
      const gradient = golden.get(`grad/bert.${name}`) ?? golden.get(`grad/${name}`);
      if (!gradient) throw new Error(`no gradient of ${name}`);
      const tolerance = { atol: 1e-5, rtolOfMax: 1e-4 };
      expectClose(grads[variable.name].dataSync(), inMemory(name, gradient), tolerance, name);
    }
  });
}
