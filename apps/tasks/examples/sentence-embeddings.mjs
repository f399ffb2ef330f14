/**
 * Sentence embeddings: the reviews nearest to a query; and how often the nearest other review is of the same opinion,
 * before and after training on pairs of reviews of the same opinion (in-batch negatives).
 */
import { SentenceEncoder } from '@bertune/heads';
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

const QUERY = 'The waiter was rude.';
const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const { train, test } = split(shuffled(readReviews(options.limit), random));
const { tokenizer, bert } = await loadEncoder(
  options,
  train.map(({ text }) => text),
);
const encoder = options.model
  ? await SentenceEncoder.fromPretrained(options.model, { loss: 'in-batch-negatives' })
  : SentenceEncoder.fromEncoder(bert, { loss: 'in-batch-negatives' });

const encode = (text) => tokenizer.encode(text, { truncation: true, maxLength: 64 });

/** Vectors of texts as a matrix of float32. */
function embed(texts) {
  const parts = [];
  for (let i = 0; i < texts.length; i += 64) {
    const inputs = inputTensors(texts.slice(i, i + 64).map(encode), tokenizer.padTokenId);
    parts.push(encoder.embed(inputs));
    tf.dispose(Object.values(inputs));
  }
  const all = tf.concat(parts, 0);
  tf.dispose(parts);
  return all;
}

/** Of each text the positions of all others, the nearest first. */
function neighbours(queries, vectors) {
  const similarity = tf.tidy(() => tf.matMul(queries, vectors, false, true).arraySync());
  return similarity.map((row) => [...row.keys()].sort((a, b) => row[b] - row[a]).map((at) => [at, row[at]]));
}

function measure(when) {
  const vectors = embed(test.map(({ text }) => text));
  const query = embed([QUERY]);
  const same = neighbours(vectors, vectors).filter((order, i) => {
    const [nearest] = order.find(([at]) => at !== i);
    return test[nearest].label === test[i].label;
  });
  console.log(
    `${when}: the nearest review is of the same opinion in ${percent(same.length / test.length)} of ${test.length}`,
  );
  console.log(`  ${QUERY}`);
  for (const [at, similarity] of neighbours(query, vectors)[0].slice(0, 3)) {
    console.log(`  ${similarity.toFixed(2)} ${test[at].text}`);
  }
  tf.dispose([vectors, query]);
}

const byLabel = [0, 1].map((label) => train.filter((review) => review.label === label));
const pairs = train.map((review) => {
  const [other] = shuffled(byLabel[review.label], random);
  return [encode(review.text), encode(other.text)];
});
const data = {
  examples: pairs,
  length: (pair) => Math.max(...pair.map(({ inputIds }) => inputIds.length)),
  collate: (batch) => inputTensors(batch.flat(), tokenizer.padTokenId, 2),
};

measure('before');
const compiled = await trainModel(encoder, executor, data, options, { epochs: 4, learningRate: 5e-4 });
measure('after');
compiled.dispose();
encoder.dispose();
bert.dispose();
