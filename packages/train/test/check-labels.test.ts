import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { type Callback, compile, sgd } from '../src/index.js';
import { type SentenceBatch, sentenceData, sentences, SmallClassifier } from './logistic.js';

/** Says what it thinks of labels, as heads do. */
class Strict extends SmallClassifier {
  override lossWeight(batch: SentenceBatch): number {
    const wrong = [...batch.labels.dataSync()].findIndex((label) => label !== 0 && label !== 1);
    if (wrong >= 0) throw new RangeError(`labels: expected 0 or 1 at position ${wrong}.`);
    return super.lossWeight(batch);
  }
}

const right = sentences(300);
const wrongAt = (position: number): typeof right =>
  right.map((example, i) => (i === position ? { ...example, label: 7 } : example));

beforeAll(async () => {
  await tf.setBackend('cpu');
});

async function fitting(
  train: typeof right,
  valid: typeof right,
  extra: { drawsLabels?: boolean } = {},
): Promise<{ error: unknown; hooks: number; isSame: boolean; leaked: number }> {
  const model = new Strict();
  const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
  const before = [...model.snapshot()];
  const tensors = tf.memory().numTensors;
  let hooks = 0;
  const count = (): void => {
    hooks++;
  };
  const watch: Callback = { setParams: count, onTrainBegin: count };
  const options = { batchSize: 8, maxSteps: 2, callbacks: [watch] };
  const data = { ...sentenceData(train), ...extra };
  const error: unknown = await compiled
    .fit(data, { ...options, validationData: sentenceData(valid) })
    .then(() => undefined)
    .catch((caught: unknown) => caught);
  const leaked = tf.memory().numTensors - tensors;
  const isSame = before.every((value, i) => value === model.snapshot()[i]);
  compiled.dispose();
  model.dispose();
  return { error, hooks, isSame, leaked };
}

describe('labels are checked before a run begins', () => {
  it.each([
    ['training', 0],
    ['training', 127],
    ['training', 290],
    ['validation', 5],
  ])('%s data, example %d', async (name, position) => {
    const wrong = wrongAt(position);
    const result = await fitting(name === 'training' ? wrong : right, name === 'training' ? right : wrong);
    expect(result.error).toMatchObject({
      name: 'TrainError',
      code: 'invalid-labels',
      message: `fit: example ${position} of the ${name} data: labels: expected 0 or 1 at position 0. Nothing was trained.`,
      details: { example: position, data: name },
    });
    expect(result).toMatchObject({ hooks: 0, isSame: true, leaked: 0 });
  });

  it('but not of data that draws its labels itself', async () => {
    const result = await fitting(wrongAt(299), right, { drawsLabels: true });
    expect(result.hooks).toBeGreaterThan(0);
    expect((await fitting(right, right)).error).toBeUndefined();
  });
});
