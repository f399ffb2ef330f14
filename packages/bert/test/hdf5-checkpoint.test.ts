import { goldenPath, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { openCheckpoint } from '../src/checkpoint-open.js';
import { expectStates } from './expect-states.js';

const model = (name: string): string => goldenPath(`model/tiny-gelu/${name}`);
const original = readTensors(model('hf/model.safetensors'));

async function tensorsOf(
  source: string,
): Promise<Map<string, { shape: readonly number[]; data: Float32Array }>> {
  const checkpoint = await openCheckpoint(source);
  try {
    const tensors = new Map<string, { shape: readonly number[]; data: Float32Array }>();
    for (const { name, shape } of checkpoint.entries.values())
      tensors.set(name, { shape, data: await checkpoint.read(name) });
    return tensors;
  } finally {
    await checkpoint.close();
  }
}

const encoder = /^bert\./;
const pretraining = /^(bert|cls)\.(?!predictions\.decoder)/;

describe.each<[string, RegExp]>([
  ['hf-tf-h5', pretraining],
  ['hf-tf-h5/tf_model.fixed-strings.h5', pretraining],
  ['hf-tf-h5-model', encoder],
  ['hf-tf-h5-seqcls', encoder],
  ['hf-tf-safetensors', pretraining],
  ['keras-hub', encoder],
])('%s', (source, wanted) => {
  it('looks like a checkpoint of PyTorch, bit for bit', async () => {
    const tensors = new Map([...original].filter(([name]) => wanted.test(name)));
    const found = await tensorsOf(model(source));
    const heads = [...found.keys()].filter((name) => !tensors.has(name)).sort();
    expect(heads).toEqual(source.endsWith('seqcls') ? ['classifier.bias', 'classifier.weight'] : []);
    for (const [name, { shape, data }] of tensors)
      expect([name, found.get(name)]).toEqual([name, { shape, data }]);
  });

  it.each(['cpu', 'wasm'])('gives the states of the reference on %s', async (backend) => {
    await tf.setBackend(backend);
    const tanh = source === 'keras-hub' ? '-google-gelu' : '';
    await expectStates(model(source), model(`expected${tanh}.safetensors`));
  });
});
