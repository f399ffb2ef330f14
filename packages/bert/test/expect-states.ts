import { expectClose, readTensors } from '@bertune/testkit';
import * as tf from '@tensorflow/tfjs';

import { Bert } from '../src/bert.js';

/**
 * Loads a model on the active backend and holds every hidden state and the pooled output against golden data.
 * @param source see `Bert.fromPretrained`
 * @param golden path of an `expected.safetensors`
 */
export async function expectStates(source: string, golden: string): Promise<void> {
  const tensors = readTensors(golden);
  const bert = await Bert.fromPretrained(source);
  const cases = new Set([...tensors.keys()].map((key) => key.split('/')[0]));
  cases.delete('edge-fully-masked-row'); // what a row without a token gives is not defined
  for (const name of cases) {
    const tensor = (key: string): { shape: readonly number[]; data: Float32Array | Int32Array } => {
      const found = tensors.get(`${name}/${key}`);
      if (!found) throw new Error(`no ${name}/${key}`);
      return found;
    };
    const { shape } = tensor('input_ids');
    // A case without a mask attends to everything; one without types has the first only.
    const int32 = (key: string, otherwise: number): tf.Tensor2D =>
      tensors.has(`${name}/${key}`)
        ? tf.tensor2d(tensor(key).data, [shape[0], shape[1]], 'int32')
        : tf.fill([shape[0], shape[1]], otherwise, 'int32');
    const inputs = {
      inputIds: int32('input_ids', 0),
      attentionMask: int32('attention_mask', 1),
      tokenTypeIds: int32('token_type_ids', 0),
    };
    const output = bert.encode(inputs, { hiddenStates: true });
    output.hiddenStates.forEach((states, i) => {
      const key = `hidden_states.${i}`;
      expectClose(states.dataSync(), tensor(key).data, { atol: 5e-5 }, `${source}: ${key}`);
    });
    expectClose(output.pooledOutput?.dataSync() ?? [], tensor('pooler_output').data, { atol: 5e-5 });
    tf.dispose([output, inputs]);
  }
  bert.dispose();
}
