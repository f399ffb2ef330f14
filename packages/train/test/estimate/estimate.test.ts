import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { adamW, compile, type CompileOptions, type FitOptions, sgd } from '../../src/index.js';
import { type Sentence, type SentenceBatch, sentenceData, sentences, SmallClassifier } from '../logistic.js';

const options: FitOptions<Sentence, SentenceBatch> = {
  epochs: 3,
  batchSize: 8,
  seed: 3,
  validationData: sentenceData(sentences(30, 5)),
};
const data = sentenceData(sentences(90));

describe.each(['cpu', 'wasm'])('an estimate on %s', (backend) => {
  beforeAll(async () => {
    await tf.setBackend(backend);
  });

  const optimizers: readonly (readonly [string, CompileOptions['optimizer']])[] = [
    ['adamW', adamW({ learningRate: 0.03 })],
    ['sgd with momentum', sgd({ learningRate: 0.1, momentum: 0.9 })],
  ];

  it.each(optimizers)('with %s leaves the run as it is, to the last bit', async (_, optimizer) => {
    const run = async (isEstimated: boolean) => {
      const model = new SmallClassifier({ dropout: 0.1 });
      const compiled = compile(model, { optimizer, clipNorm: 1 });
      const before = model.snapshot();
      if (isEstimated) {
        await compiled.estimate(data, options);
        expect(model.snapshot()).toEqual(before);
      }
      const first = await compiled.fit(data, { ...options, epochs: 1 });
      if (isEstimated) await compiled.estimate(data, options); // with moments that are not zero
      const second = await compiled.fit(data, options);
      const state = await compiled.exportOptimizerState();
      const result = { losses: [first.losses, second.losses], values: model.snapshot(), state };
      compiled.dispose();
      model.dispose();
      return result;
    };
    expect(await run(true)).toEqual(await run(false));
  });

  it('says what there is to do, and keeps no tensors', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW() });
    await compiled.estimate(data, options); // makes the session
    const before = tf.memory().numTensors;
    const estimate = await compiled.estimate(data, options);
    expect(tf.memory().numTensors).toBe(before);
    const history = await compiled.fit(data, options);
    const longest = Math.max(...data.examples.map(({ values }) => values.length));
    const tokens = data.examples.reduce((sum, { values }) => sum + values.length, 0);
    expect(estimate).toMatchObject({ steps: history.steps, tokens: 3 * tokens });
    expect(estimate.paddedTokens).toBeGreaterThanOrEqual(estimate.tokens);
    expect(estimate.seconds).toBeGreaterThan(estimate.validationSeconds);
    expect(estimate.validationSeconds).toBeGreaterThan(0);
    expect(estimate.largestBatch).toMatchObject({ rows: 8 });
    expect(estimate.largestBatch.length).toBeLessThanOrEqual(longest);
    expect(estimate.largestBatch.length).toBeGreaterThan(longest - 5); // two rows only are longer
    compiled.dispose();
    model.dispose();
  });

  it('calls no callback, ends with the signal, and refuses what fit refuses', async () => {
    const model = new SmallClassifier();
    const compiled = compile(model, { optimizer: adamW() });
    const refuse = (): never => {
      throw new Error('called');
    };
    const callbacks = [{ onTrainBegin: refuse, onTrainBatchEnd: refuse, onTestBegin: refuse }];
    await compiled.estimate(data, { ...options, callbacks });
    const signal = AbortSignal.abort();
    await expect(compiled.estimate(data, { ...options, signal })).rejects.toMatchObject({ code: 'aborted' });
    const none = { ...data, examples: [] };
    await expect(compiled.estimate(none, options)).rejects.toMatchObject({ code: 'no-examples' });
    await expect(compiled.estimate(data, { batchSize: 0 })).rejects.toMatchObject({
      code: 'invalid-options',
    });
    await compiled.fit(data, { maxSteps: 1 }); // not left busy
    compiled.dispose();
    model.dispose();
  });
});
