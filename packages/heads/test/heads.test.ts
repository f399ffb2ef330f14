import { Bert, parseBertConfig } from '@bertune/bert';
import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { type SequenceBatch, SequenceClassifier, SequenceRegressor } from '../src/index.js';
import { assignGolden, goldenInputs, inMemory } from './golden-model.js';

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `label-${i}`);
const TASKS: Record<string, (bert: Bert) => SequenceClassifier | SequenceRegressor> = {
  'sequence-classification-2': (bert) => SequenceClassifier.fromEncoder(bert, { labels: names(2) }),
  'sequence-classification-5': (bert) => SequenceClassifier.fromEncoder(bert, { labels: names(5) }),
  'sequence-multilabel-4': (bert) =>
    SequenceClassifier.fromEncoder(bert, { labels: names(4), problem: 'multi-label' }),
  'sequence-regression-1': (bert) => SequenceRegressor.fromEncoder(bert),
  'sequence-regression-3': (bert) => SequenceRegressor.fromEncoder(bert, { valueNames: names(3) }),
};
const index = readGoldenJson<Record<string, { config: object; mathematically_zero_gradients: string[] }>>(
  goldenPath('heads/index.json'),
);

describe.each(['cpu', 'wasm'])('sequence heads on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  it.each(Object.keys(TASKS))('%s: logits, loss and the gradient of every parameter', (task) => {
    const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
    const config = parseBertConfig(
      { ...index[task].config, hidden_dropout_prob: 0, attention_probs_dropout_prob: 0, model_type: 'bert' },
      `${task}/config.json`,
    );
    const head = TASKS[task](Bert.fromConfig(config));
    assignGolden(head.parameters, golden, 'param/');
    const label = golden.get('label/labels');
    if (!label) throw new Error('no labels');
    const dtype = label.data instanceof Int32Array ? 'int32' : 'float32';
    const batch: SequenceBatch = {
      ...goldenInputs(golden),
      labels: tf.tensor(label.data, [...label.shape], dtype),
    };
    const before = tf.memory().numTensors;

    tf.tidy(() => {
      expectClose(
        head.logits(batch).dataSync(),
        golden.get('output/logits')?.data ?? [],
        { atol: 5e-5 },
        'logits',
      );
      const together = head.lossAndPredictions(batch);
      expect(together.loss.dataSync()).toEqual(head.loss(batch).dataSync());
      expect(together.predictions.dataSync()).toEqual(head.predict(batch).dataSync());
      const { value, grads } = tf.variableGrads(() => head.loss(batch), [...head.parameters.values()]);
      const loss = golden.get('loss')?.data[0] ?? NaN;
      expectClose(value.dataSync(), [loss], { atol: 1e-5 * Math.abs(loss) }, 'loss');
      for (const [name, variable] of head.parameters) {
        const expected = golden.get(`grad/bert.${name}`) ?? golden.get(`grad/${name}`);
        if (!expected) throw new Error(`no gradient of ${name}`);
        const tolerance = { atol: 1e-5, rtolOfMax: 1e-4 };
        expectClose(grads[variable.name].dataSync(), inMemory(name, expected), tolerance, name);
      }
    });

    expect(head.lossWeight(batch)).toBe(4);
    expect(tf.memory().numTensors).toBe(before);
    head.dispose();
    tf.dispose([...Object.values(batch as object)] as tf.Tensor[]);
  });

  it('predicts probabilities', () => {
    const bert = Bert.fromConfig(
      parseBertConfig({ ...index['sequence-classification-2'].config }, 'config.json'),
    );
    const golden = readTensors(goldenPath('heads/sequence-classification-2.safetensors'));
    const inputs = goldenInputs(golden);
    const single = SequenceClassifier.fromEncoder(bert, { labels: names(3) });
    const sums = tf.tidy(() => [...tf.sum(single.predict(inputs), 1).dataSync()]);
    for (const sum of sums) expect(sum).toBeCloseTo(1, 5);
    const binary = SequenceClassifier.fromEncoder(bert, { labels: ['no', 'yes'], problem: 'binary' });
    tf.tidy(() => {
      const probability = binary.predict(inputs);
      expect(probability.shape).toEqual([4, 1]);
      expectClose(probability.dataSync(), tf.sigmoid(binary.logits(inputs)).dataSync(), { atol: 1e-7 });
    });
    expect(single.parameters.get('classifier.weight')).not.toBe(binary.parameters.get('classifier.weight'));
  });
});
