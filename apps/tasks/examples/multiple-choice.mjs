/** Multiple choice: of four second halves of reviews, the one that belongs to a first half. */
import { MultipleChoiceClassifier } from '@bertune/heads';
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

const CHOICES = 4;
const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const { train, test } = split(shuffled(halves(readReviews(options.limit)), random));
const { tokenizer, bert } = await loadEncoder(
  options,
  train.flatMap(({ first, second }) => [first, second]),
  { pooler: true },
);

/** Wrong choices come from the same part of the data. */
function dataset(pairs) {
  const examples = pairs.map(({ first, second }, i) => {
    const others = Array.from(
      { length: CHOICES - 1 },
      (_, k) => pairs[(i + 1 + k * 7) % pairs.length].second,
    );
    const label = Math.floor(random() * CHOICES);
    others.splice(label, 0, second);
    const encodings = others.map((choice) =>
      tokenizer.encode(first, { pair: choice, truncation: true, maxLength: 96 }),
    );
    return { encodings, label };
  });
  return {
    examples,
    length: ({ encodings }) => Math.max(...encodings.map(({ inputIds }) => inputIds.length)),
    collate: (batch) => ({
      ...inputTensors(
        batch.flatMap(({ encodings }) => encodings),
        tokenizer.padTokenId,
        CHOICES,
      ),
      labels: tf.tensor1d(
        batch.map(({ label }) => label),
        'int32',
      ),
    }),
  };
}

const head = MultipleChoiceClassifier.fromEncoder(bert, { seed: options.seed });
const compiled = await trainModel(head, executor, dataset(train), options, { epochs: 8, learningRate: 5e-4 });
const data = dataset(test);
const { values } = await compiled.predict(data, { batchSize: options.batchSize });
const right = data.examples.filter(({ label }, i) => {
  const row = [...values.subarray(i * CHOICES, (i + 1) * CHOICES)];
  return row.indexOf(Math.max(...row)) === label;
}).length;
console.log(`${train.length} questions to learn from, ${test.length} to measure on`);
console.log(`accuracy ${percent(right / test.length)} (by chance ${percent(1 / CHOICES)})`);
compiled.dispose();
head.dispose();
