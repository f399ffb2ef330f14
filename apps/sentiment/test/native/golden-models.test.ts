import { Bert, type BertConfig, type BertInputs, type BertOutput, parseBertConfig } from '@bertune/bert';
import { type SequenceBatch, SequenceClassifier, SequenceRegressor } from '@bertune/heads';
import { compile } from '@bertune/tensorflow';
import { expectClose, goldenPath, type GoldenTensor, readGoldenJson, readTensors } from '@bertune/testkit';
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { inMemory } from '../helpers/golden-traces.js';
import { describeNative } from './native.js';

type Golden = ReadonlyMap<string, GoldenTensor>;
type Run = <Result extends tf.TensorContainer>(fn: () => Result) => Result;

/** Once op by op and once as a compiled function, which reads its inputs and parameters from outside. */
const WAYS: [string, Run][] = [
  ['op by op', (fn) => fn()],
  [
    'compiled',
    (fn) => {
      const compiled = compile(fn);
      try {
        return compiled();
      } finally {
        compiled.dispose();
      }
    },
  ],
];

const MODELS: [string, string, Partial<BertConfig>][] = [
  ['tiny-gelu', 'expected', {}],
  ['tiny-gelu', 'expected-google-gelu', { activation: 'gelu-tanh' }],
  ['tiny-gelu-new', 'expected', {}],
  ['tiny-relu', 'expected', {}],
];

function assign(parameters: ReadonlyMap<string, tf.Variable>, golden: Golden, prefix: string): void {
  for (const [name, variable] of parameters) {
    const value = golden.get(`${prefix}bert.${name}`) ?? golden.get(`${prefix}${name}`);
    if (!value) throw new Error(`golden data lacks ${name}`);
    tf.tidy(() => variable.assign(tf.tensor(inMemory(name, value), variable.shape)));
  }
}

function inputsOf(golden: Golden, prefix: string): BertInputs {
  const ids = golden.get(`${prefix}input_ids`);
  if (!ids) throw new Error(`no ${prefix}input_ids`);
  const int32 = (name: string, filler: number): tf.Tensor2D => {
    const data = golden.get(prefix + name)?.data ?? new Int32Array(ids.data.length).fill(filler);
    return tf.tensor2d(data, [ids.shape[0], ids.shape[1]], 'int32');
  };
  return {
    inputIds: int32('input_ids', 0),
    attentionMask: int32('attention_mask', 1),
    tokenTypeIds: int32('token_type_ids', 0),
  };
}

describeNative('the encoder on native TensorFlow', () => {
  describe.each(MODELS)('%s, %s', (model, file, override) => {
    const expected = readTensors(goldenPath(`model/${model}/${file}.safetensors`));
    const cases = [...new Set([...expected.keys()].map((name) => name.split('/')[0]))];

    it.each(WAYS)('gives the reference states, %s', (_, run) => {
      const file = goldenPath(`model/${model}/hf/config.json`);
      const bert = Bert.fromConfig({ ...parseBertConfig(readGoldenJson(file), file), ...override });
      assign(bert.parameters, readTensors(goldenPath(`model/${model}/hf/model.safetensors`)), '');
      const before = tf.memory().numTensors;
      for (const name of cases) {
        const inputs = inputsOf(expected, `${name}/`);
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

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `label-${i}`);
const TASKS: Record<string, (bert: Bert) => SequenceClassifier | SequenceRegressor> = {
  'sequence-classification-2': (bert) => SequenceClassifier.fromEncoder(bert, { labels: names(2) }),
  'sequence-classification-5': (bert) => SequenceClassifier.fromEncoder(bert, { labels: names(5) }),
  'sequence-multilabel-4': (bert) =>
    SequenceClassifier.fromEncoder(bert, { labels: names(4), problem: 'multi-label' }),
  'sequence-regression-1': (bert) => SequenceRegressor.fromEncoder(bert),
  'sequence-regression-3': (bert) => SequenceRegressor.fromEncoder(bert, { valueNames: names(3) }),
};
const index = readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'));

describeNative('heads on native TensorFlow', () => {
  describe.each(WAYS)('%s', (_, run) => {
    it.each(Object.keys(TASKS).flatMap((task) => [[task, false] as const, [task, true] as const]))(
      '%s, recompute %s: logits, loss and the gradient of every parameter',
      (task, recompute) => {
        const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
        const config = parseBertConfig(
          {
            ...index[task].config,
            hidden_dropout_prob: 0,
            attention_probs_dropout_prob: 0,
            model_type: 'bert',
          },
          `${task}/config.json`,
        );
        const head = TASKS[task](Bert.fromConfig(config, { recompute }));
        assign(head.parameters, golden, 'param/');
        const label = golden.get('label/labels');
        if (!label) throw new Error('no labels');
        const dtype = label.data instanceof Int32Array ? 'int32' : 'float32';
        const batch: SequenceBatch = {
          ...inputsOf(golden, 'input/'),
          labels: tf.tensor(label.data, [...label.shape], dtype),
        };
        const { logits, value, grads } = run(() => {
          const logits = head.logits(batch);
          const { value, grads } = tf.variableGrads(() => head.loss(batch), [...head.parameters.values()]);
          return { logits, value, grads: [...head.parameters.values()].map(({ name }) => grads[name]) };
        });
        expectClose(logits.dataSync(), golden.get('output/logits')?.data ?? [], { atol: 5e-5 }, 'logits');
        const loss = golden.get('loss')?.data[0] ?? NaN;
        expectClose(value.dataSync(), [loss], { atol: 1e-5 * Math.abs(loss) }, 'loss');
        [...head.parameters.keys()].forEach((name, i) => {
          const expected = golden.get(`grad/bert.${name}`) ?? golden.get(`grad/${name}`);
          if (!expected) throw new Error(`no gradient of ${name}`);
          expectClose(grads[i].dataSync(), inMemory(name, expected), { atol: 1e-5, rtolOfMax: 1e-4 }, name);
        });
        tf.dispose([logits, value, grads, Object.values(batch as object) as tf.Tensor[]]);
        head.dispose();
      },
    );
  });
});
