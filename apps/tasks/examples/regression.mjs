/**
 * Regression on pairs: how much of a review is left in a copy of it. Of each review's words a random share is replaced
 * by words of another review; the share that was kept, from 0 to 1, is what the model says.
 */
import { SequenceRegressor } from '@bertune/heads';
import { meanAbsoluteError, pearsonCorrelation, spearmanCorrelation } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

import {
  inputTensors,
  loadEncoder,
  randomNumbers,
  readOptions,
  readReviews,
  shuffled,
  split,
  startEngine,
  trainModel,
} from './common.mjs';

const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const reviews = shuffled(readReviews(options.limit), random).map(({ text }) =>
  text.split(/\s+/).slice(0, 40),
);
const { train, test } = split(reviews.filter((words) => words.length >= 4));
const { tokenizer, bert } = await loadEncoder(
  options,
  train.map((words) => words.join(' ')),
  { pooler: true },
);

/** Every review with a copy in which each word was replaced by chance, by one of another review of the same part. */
function dataset(part) {
  const examples = part.map((words) => {
    const chance = random();
    let kept = 0;
    const copy = words.map((word) => {
      const other = part[Math.floor(random() * part.length)];
      if (random() >= chance) {
        kept += 1;
        return word;
      }
      return other[Math.floor(random() * other.length)];
    });
    return {
      encoding: tokenizer.encode(words.join(' '), { pair: copy.join(' '), truncation: true, maxLength: 128 }),
      share: kept / words.length,
    };
  });
  return {
    examples,
    length: ({ encoding }) => encoding.inputIds.length,
    collate: (batch) => ({
      ...inputTensors(
        batch.map(({ encoding }) => encoding),
        tokenizer.padTokenId,
      ),
      labels: tf.tensor2d(
        batch.map(({ share }) => share),
        [batch.length, 1],
        'float32',
      ),
    }),
  };
}

const head = SequenceRegressor.fromEncoder(bert, { valueNames: ['share'], seed: options.seed });
const compiled = await trainModel(head, executor, dataset(train), options, {
  epochs: 20,
  learningRate: 5e-4,
});
const data = dataset(test);
const { values } = await compiled.predict(data, { batchSize: options.batchSize });
const truth = data.examples.map(({ share }) => share);
const mean = truth.reduce((sum, share) => sum + share, 0) / truth.length;
console.log(`${train.length} pairs to learn from, ${test.length} to measure on`);
console.log(
  `Pearson ${pearsonCorrelation(truth, values).toFixed(3)}, Spearman ${spearmanCorrelation(truth, values).toFixed(3)}, ` +
    `mean absolute error ${meanAbsoluteError(truth, values).toFixed(3)} ` +
    `(${meanAbsoluteError(
      truth,
      truth.map(() => mean),
    ).toFixed(3)} by always saying the mean)`,
);
compiled.dispose();
head.dispose();
