/**
 * Token classification: which punctuation mark follows each word. The reviews, three at a time, without punctuation and
 * capitals; the labels are what was there, so that nobody had to annotate anything.
 */
import { alignLabels, TokenClassifier, wordClasses } from '@bertune/heads';

import {
  inputTensors,
  intMatrix,
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

const MARKS = ['none', 'comma', 'period', 'question', 'exclamation'];
const SIGNS = ['', ',', '.', '?', '!'];

const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);

/** Words, and for each the class of the mark behind it. */
function unpunctuated(text) {
  const found = [...text.matchAll(/([\p{L}\p{N}][\p{L}\p{N}'’-]*)([^\p{L}\p{N}]*)/gu)];
  const words = found.map(([, word]) => word.toLowerCase());
  const labels = found.map(([, , after]) =>
    Math.max(
      0,
      SIGNS.findIndex((sign) => sign && after.includes(sign)),
    ),
  );
  return { words, labels };
}

const reviews = shuffled(readReviews(options.limit), random).map(({ text }) => unpunctuated(text));
const texts = [];
for (let i = 0; i + 2 < reviews.length; i += 3) {
  const group = reviews.slice(i, i + 3);
  texts.push({
    words: group.flatMap(({ words }) => words).slice(0, 90),
    labels: group.flatMap(({ labels }) => labels).slice(0, 90),
  });
}
const { train, test } = split(texts.filter(({ words }) => words.length > 0));
const { tokenizer, bert } = await loadEncoder(
  options,
  train.map(({ words }) => words.join(' ')),
);

function dataset(texts) {
  const examples = texts.map(({ words, labels }) => {
    const encoding = tokenizer.encode(words, { truncation: true, maxLength: 128 });
    return { words, labels, encoding, tokenLabels: alignLabels(encoding.wordIds, labels) };
  });
  return {
    examples,
    length: ({ encoding }) => encoding.inputIds.length,
    collate: (batch) => ({
      ...inputTensors(
        batch.map(({ encoding }) => encoding),
        tokenizer.padTokenId,
      ),
      labels: intMatrix(
        batch.map(({ tokenLabels }) => tokenLabels),
        -100,
      ),
    }),
  };
}

const head = TokenClassifier.fromEncoder(bert, { labels: MARKS, seed: options.seed });
const compiled = await trainModel(head, executor, dataset(train), options, {
  epochs: 20,
  learningRate: 1e-3,
});

const data = dataset(test);
const { values, shape } = await compiled.predict(data, { batchSize: options.batchSize });
const [, tokens, classes] = shape;
const counts = MARKS.map(() => ({ right: 0, predicted: 0, true: 0 }));
const restored = data.examples.map(({ words, labels, encoding }, row) => {
  const best = Array.from(encoding.inputIds, (_, token) => {
    const at = (row * tokens + token) * classes;
    const probabilities = [...values.subarray(at, at + classes)];
    return probabilities.indexOf(Math.max(...probabilities));
  });
  const predicted = wordClasses(encoding.wordIds, best, words.length);
  predicted.forEach((mark, word) => {
    if (mark < 0) return;
    counts[mark].predicted += 1;
    counts[labels[word]].true += 1;
    if (mark === labels[word]) counts[mark].right += 1;
  });
  return words.map((word, i) => word + (SIGNS[predicted[i]] ?? '')).join(' ');
});
console.log(`${train.length} texts to learn from, ${test.length} to measure on`);
for (const [i, { right, predicted, true: support }] of counts.entries()) {
  const f1 = support + predicted === 0 ? 0 : (2 * right) / (support + predicted);
  console.log(
    `${MARKS[i].padEnd(12)} precision ${percent(predicted ? right / predicted : 0)}, recall ${percent(support ? right / support : 0)}, F1 ${percent(f1)} of ${support}`,
  );
}
const marks = counts.slice(1).reduce((a, b) => ({
  right: a.right + b.right,
  predicted: a.predicted + b.predicted,
  true: a.true + b.true,
}));
console.log(`all marks    F1 ${percent((2 * marks.right) / (marks.predicted + marks.true))}`);
console.log(`for example: ${restored[0]}`);
compiled.dispose();
head.dispose();
