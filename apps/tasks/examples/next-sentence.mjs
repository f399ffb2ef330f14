/** Next sentence prediction: whether the second half of a review belongs to the first. */
import { NextSentencePredictor } from '@bertune/heads';
import * as tf from '@tensorflow/tfjs';

import {
  inputTensors,
  loadEncoder,
  percent,
  randomNumbers,
  readOptions,
  readReviews,
  shuffled,
  split,
  startEngine,
  trainModel,
} from './common.mjs';
import { halves } from './halves.mjs';

const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const { train, test } = split(shuffled(halves(readReviews(options.limit)), random));
const { tokenizer, bert } = await loadEncoder(
  options,
  train.flatMap(({ first, second }) => [first, second]),
  { pooler: true },
);

/** Every first half twice: with its own second half, 0, and with another's, 1. */
function dataset(pairs) {
  const examples = pairs.flatMap(({ first, second }, i) => {
    const other = pairs[(i + 1 + Math.floor(random() * (pairs.length - 1))) % pairs.length].second;
    return [second, other].map((pair, label) => ({
      encoding: tokenizer.encode(first, { pair, truncation: true, maxLength: 96 }),
      label,
    }));
  });
  return {
    examples,
    length: ({ encoding }) => encoding.inputIds.length,
    collate: (batch) => ({
      ...inputTensors(
        batch.map(({ encoding }) => encoding),
        tokenizer.padTokenId,
      ),
      labels: tf.tensor1d(
        batch.map(({ label }) => label),
        'int32',
      ),
    }),
  };
}

const head = NextSentencePredictor.fromEncoder(bert, { seed: options.seed });
const compiled = await trainModel(head, executor, dataset(train), options, { epochs: 8, learningRate: 5e-4 });
const data = dataset(test);
const { values } = await compiled.predict(data, { batchSize: options.batchSize });
const right = data.examples.filter(
  ({ label }, i) => Number(values[2 * i + 1] > values[2 * i]) === label,
).length;
console.log(`${2 * train.length} pairs to learn from, ${data.examples.length} to measure on`);
console.log(`accuracy ${percent(right / data.examples.length)} (by chance 50.0 %)`);
compiled.dispose();
head.dispose();
