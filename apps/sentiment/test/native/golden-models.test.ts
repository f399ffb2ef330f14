import { Bert, type BertConfig, type BertOutput, parseBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { assignGolden, goldenInputs, WAYS } from './golden.js';
import { describeNative } from './native.js';

const MODELS: [string, string, Partial<BertConfig>][] = [
  ['tiny-gelu', 'expected', {}],
  ['tiny-gelu', 'expected-google-gelu', { activation: 'gelu-tanh' }],
  ['tiny-gelu-new', 'expected', {}],
  ['tiny-relu', 'expected', {}],
];

describeNative('the encoder on native TensorFlow', () => {
  describe.each(MODELS)('%s, %s', (model, file, override) => {
    const expected = readTensors(goldenPath(`model/${model}/${file}.safetensors`));
    const cases = [...new Set([...expected.keys()].map((name) => name.split('/')[0]))];

    it.each(WAYS)('gives the reference states, %s', (_, run) => {
      const file = goldenPath(`model/${model}/hf/config.json`);
      const bert = Bert.fromConfig({ ...parseBertConfig(readGoldenJson(file), file), ...override });
      assignGolden(bert.parameters, readTensors(goldenPath(`model/${model}/hf/model.safetensors`)), '');
      const before = tf.memory().numTensors;
      for (const name of cases) {
        const inputs = goldenInputs(expected, `${name}/`);
        const output = run(() => {
          const { lastHiddenState, pooledOutput, hiddenStates } = bert.encode(inputs, {
            hiddenStates: true,
          }) as BertOutput & { hiddenStates: tf.Tensor[] };
          return { lastHiddenState, pooledOutput: pooledOutput as tf.Tensor, hiddenStates };
        });
        const compare = (tensor: tf.Tensor, key: string): void => {
          const { shape, data } = expected.get(`${name}/${key}`) ?? { shape: [], data: [] };
          expect(tensor.shape).toEqual(shape);
          expectClose(tensor.dataSync(), data, { atol: 5e-5 }, `${name}, ${key}`);
        };
        compare(output.lastHiddenState, 'last_hidden_state');
        compare(output.pooledOutput, 'pooler_output');
        output.hiddenStates.forEach((tensor, i) => {
          compare(tensor, `hidden_states.${i}`);
        });
        tf.dispose([output, inputs as object as tf.TensorContainer]);
      }
      expect(tf.memory().numTensors).toBe(before);
      bert.dispose();
    });
  });
});
