import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { compile, type CompiledModel, type Dataset, sgd, type Trainable } from '../src/index.js';
import { type Sentence, type SentenceBatch, sentenceData, sentences, SmallClassifier } from './logistic.js';

type Input = Omit<SentenceBatch, 'labels'>;

/** As the heads of `@bertune/heads`: a prediction asks for no labels. */
class Predicting extends SmallClassifier implements Trainable<SentenceBatch, Input> {
  override predict(batch: Input): tf.Tensor2D {
    return super.predict({ ...batch, labels: tf.tensor1d([]) });
  }
}

const labelled = sentenceData(sentences(20));
const unlabelled: Dataset<Sentence, Input> = {
  ...labelled,
  collate(chosen) {
    const { labels, ...inputs } = labelled.collate(chosen);
    labels.dispose();
    return inputs;
  },
};

// `pnpm typecheck` reads this file too: an expected error that does not come fails it.
describe('batches of a model whose prediction needs no labels', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  it('have labels in fit and evaluate', async () => {
    const compiled = compile(new Predicting(), { optimizer: sgd() });
    const typed: CompiledModel<SentenceBatch, Input> = compiled;
    expect((await typed.fit(labelled)).steps).toBe(1);
    // @ts-expect-error: no labels
    await expect(compiled.fit(unlabelled)).rejects.toThrow();
    // @ts-expect-error: no labels
    await expect(compiled.fit(labelled, { validationData: unlabelled })).rejects.toThrow();
    // @ts-expect-error: no labels
    await expect(compiled.evaluate(unlabelled)).rejects.toThrow();
  });

  it('need none in predict', async () => {
    const compiled = compile(new Predicting(), { optimizer: sgd() });
    const { values } = await compiled.predict(unlabelled);
    expect(values).toEqual((await compiled.predict(labelled)).values);
    // @ts-expect-error: no values
    await expect(compiled.predict({ ...labelled, collate: () => ({}) })).rejects.toThrow();
  });

  it('have them everywhere when the prediction asks for them', async () => {
    const compiled = compile(new SmallClassifier(), { optimizer: sgd() });
    // @ts-expect-error: no labels
    expect((await compiled.predict(unlabelled)).shape).toEqual([20, 2]);
  });
});
