import { readFileSync } from 'node:fs';

import { Bert, parseBertConfig } from '@bertune/bert';
import { integratedGradients, SequenceClassifier } from '@bertune/heads';
import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import { expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { assignGolden, goldenInputs } from './golden.js';
import { describeNative } from './native.js';

const task = 'sequence-classification-5';
const file = '../../../../packages/heads/test/golden/integrated-gradients.json';

describeNative('integrated gradients on native TensorFlow', () => {
  it('are those of Captum, and nothing is kept', async () => {
    const captum = JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Record<
      string,
      { kept: number[]; column: number; score: number[]; steps: Record<number, { tokens: number[][] }> }
    >;
    const { kept, column, score, steps } = captum[task] ?? { kept: [], column: 0, score: [], steps: {} };
    const { config } =
      readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'))[task] ?? {};
    const bert = Bert.fromConfig(parseBertConfig({ ...config, model_type: 'bert' }, task));
    const labels = ['a', 'b', 'c', 'd', 'e'];
    const head = SequenceClassifier.fromEncoder(bert, { labels });
    const golden = readTensors(goldenPath(`heads/${task}.safetensors`));
    assignGolden(head.parameters, golden, 'param/');
    const inputs = goldenInputs(golden, 'input/');
    const before = tf.memory().numTensors;
    const attributions = await integratedGradients(head, inputs, {
      scores: score.map(() => labels.map((_, at) => Number(at === column))),
      keptIds: kept,
      steps: 50,
    });
    expect(tf.memory().numTensors).toBe(before);
    const tokens = attributions.flatMap((each) => [...each.tokens]);
    expectClose(tokens, (steps[50]?.tokens ?? []).flat(), { atol: 1e-5, rtolOfMax: 1e-4 }, 'attributions');
    tf.dispose({ ...inputs });
    head.dispose();
  });
});
