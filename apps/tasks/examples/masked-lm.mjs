/**
 * Masked language model: goes on training an encoder on the reviews, 15 % of whose tokens are masked, and fills in a mask.
 * Only the masked tokens pay for the vocabulary (`maskedPositions`).
 */
import { MaskedLanguageModel } from '@bertune/heads';
import { compile, sgd } from '@bertune/train';
import * as tf from '@tensorflow/tfjs';

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

const TEXT = 'The food was [MASK].';
const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const { train, test } = split(shuffled(readReviews(options.limit), random).map(({ text }) => text));
const { tokenizer, bert } = await loadEncoder(options, train);

/** Of the ordinary tokens 15 %, at least one: 80 % become [MASK], 10 % any token, 10 % stay. */
function masked(text) {
  const { inputIds, attentionMask, tokenTypeIds, specialTokensMask } = tokenizer.encode(text, {
    truncation: true,
    maxLength: 64,
  });
  const ordinary = [...inputIds.keys()].filter((at) => !specialTokensMask[at]);
  const positions = shuffled(ordinary, random)
    .slice(0, Math.max(1, Math.round(0.15 * ordinary.length)))
    .sort((a, b) => a - b);
  const labels = positions.map((at) => inputIds[at]);
  for (const at of positions) {
    const dice = random();
    if (dice < 0.8) inputIds[at] = tokenizer.maskTokenId;
    else if (dice < 0.9) inputIds[at] = Math.floor(random() * tokenizer.vocabularySize);
  }
  return { encoding: { inputIds, attentionMask, tokenTypeIds }, positions, labels };
}

function dataset(texts, passes = 1) {
  const examples = Array.from({ length: passes }, () => texts.map(masked)).flat();
  return {
    examples: examples.filter(({ positions }) => positions.length > 0),
    length: ({ encoding }) => encoding.inputIds.length,
    collate: (batch) => ({
      ...inputTensors(
        batch.map(({ encoding }) => encoding),
        tokenizer.padTokenId,
      ),
      maskedPositions: intMatrix(
        batch.map(({ positions }) => positions),
        0,
      ),
      maskedLabels: intMatrix(
        batch.map(({ labels }) => labels),
        -100,
      ),
    }),
  };
}

const right = {
  name: 'accuracy',
  compute: (predictions, labels) => {
    const counted = [...labels.values.keys()].filter((i) => labels.values[i] !== -100);
    return counted.filter((i) => labels.values[i] === predictions.values[i]).length / counted.length;
  },
};
async function fillMask(model) {
  const encoding = tokenizer.encode(TEXT);
  const inputs = inputTensors([encoding], tokenizer.padTokenId);
  const maskedPositions = tf.tensor2d([[encoding.inputIds.indexOf(tokenizer.maskTokenId)]], [1, 1], 'int32');
  const [[candidates]] = await model.fillMask({ ...inputs, maskedPositions });
  tf.dispose([maskedPositions, ...Object.values(inputs)]);
  return candidates
    .map(({ id, probability }) => `${tokenizer.decode([id])} ${percent(probability)}`)
    .join(', ');
}

const head = MaskedLanguageModel.fromEncoder(bert, { seed: options.seed });
const measured = dataset(test);
const measuring = compile(head, { executor, optimizer: sgd({ learningRate: 1 }), metrics: [right] });
const report = (when, { loss, accuracy }) =>
  console.log(
    `${when}: loss ${loss.toFixed(3)}, perplexity ${Math.exp(loss).toFixed(1)}, accuracy ${percent(accuracy)}`,
  );
report('before', await measuring.evaluate(measured, { batchSize: options.batchSize }));
const compiled = await trainModel(head, executor, dataset(train, 5), options, {
  epochs: 4,
  learningRate: 1e-3,
});
report('after', await measuring.evaluate(measured, { batchSize: options.batchSize }));
console.log(`${TEXT} ${await fillMask(head)}`);
measuring.dispose();
compiled.dispose();
head.dispose();
