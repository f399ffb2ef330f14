/**
 * Extractive question answering. The contexts are reviews, five at a time; the questions are made by a rule from the
 * sentences among them of the form "The SOMETHING was SUCH": "What was such?", whose answer is "The SOMETHING". One
 * question in five is put to a context that does not have the answer.
 */
import {
  answerPositions,
  answerSpan,
  decodeAnswers,
  meanAnswerScores,
  QuestionAnswerer,
} from '@bertune/heads';
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

const options = readOptions();
const executor = await startEngine(options);
const random = randomNumbers(options.seed);
const PATTERN =
  /\b((?:the|this|my|our|their|its|his|her) (?!only|first|whole)\w+) (is|was|are|were) ((?:very |so |really |not |too )?(?!that|this|have|just|when|what|then|there|also|only|like|with|from|made|they)[a-z]{4,})(?![\w'])/i;

const reviews = readReviews(options.limit).map(({ text }) => text);
const facts = reviews.flatMap((text) => {
  const found = PATTERN.exec(text);
  return found
    ? [{ text, answer: found[1], at: found.index, question: `What ${found[2]} ${found[3]}?` }]
    : [];
});
const questionsOf = (fact) =>
  Array.from({ length: 4 }, (_, i) => {
    const others = shuffled(reviews, random).filter((text) => text !== fact.text);
    const isAnswered = i > 0 || random() < 0.2;
    const parts = shuffled([isAnswered ? fact.text : others[4], ...others.slice(0, 4)], random);
    const context = parts.join(' ');
    const start = context.indexOf(fact.text) + fact.at;
    const span = isAnswered ? answerSpan(context, { text: fact.answer, start }) : undefined;
    return { question: fact.question, context, span, truths: isAnswered ? [fact.answer] : [] };
  });
// All questions of a fact are on one side.
const { train, test } = Object.fromEntries(
  Object.entries(split(shuffled(facts, random))).map(([part, some]) => [part, some.flatMap(questionsOf)]),
);
const { tokenizer, bert } = await loadEncoder(options, reviews);

/** A question's windows: contexts that are too long come in several. */
const windowsOf = ({ question, context }) => {
  const settings = { truncation: 'only_second', maxLength: 128, stride: 48, returnOverflowingTokens: true };
  const first = tokenizer.encode(question, { pair: context, ...settings });
  return [first, ...first.overflowing];
};

function dataset(questions) {
  const examples = questions.flatMap((question, index) =>
    windowsOf(question).map((window) => ({
      index,
      window,
      positions: answerPositions(window, question.span),
    })),
  );
  return {
    examples,
    length: ({ window }) => window.inputIds.length,
    collate: (batch) => ({
      ...inputTensors(
        batch.map(({ window }) => window),
        tokenizer.padTokenId,
      ),
      startPositions: tf.tensor1d(
        batch.map(({ positions }) => positions.start),
        'int32',
      ),
      endPositions: tf.tensor1d(
        batch.map(({ positions }) => positions.end),
        'int32',
      ),
    }),
  };
}

const head = QuestionAnswerer.fromEncoder(bert, { seed: options.seed });
const compiled = await trainModel(head, executor, dataset(train), options, {
  epochs: 12,
  learningRate: 1e-3,
});

const data = dataset(test);
const { values, shape } = await compiled.predict(data, { batchSize: options.batchSize });
const row = shape[1] * 2;
const scored = data.examples.map(({ index, window }, i) => {
  const scores = values.subarray(i * row, (i + 1) * row);
  return {
    index,
    window,
    startLogits: scores.filter((_, at) => at % 2 === 0),
    endLogits: scores.filter((_, at) => at % 2 === 1),
  };
});
const answers = test.map(({ context, truths, question }, index) => {
  const windows = scored.filter((window) => window.index === index);
  return { question, truths, answer: decodeAnswers(windows, context, { noAnswer: true }).text };
});
const report = (name, some) => {
  const { exactMatch, f1 } = meanAnswerScores(some);
  console.log(`${name}: exact match ${percent(exactMatch)}, F1 ${percent(f1)} of ${some.length}`);
};
console.log(
  `${train.length} questions to learn from, ${test.length} to measure on, ${data.examples.length} windows`,
);
report('all', answers);
report(
  'with an answer',
  answers.filter(({ truths }) => truths.length > 0),
);
report(
  'without',
  answers.filter(({ truths }) => truths.length === 0),
);
for (const { question, truths, answer } of answers.slice(0, 5)) {
  console.log(`${question} ${JSON.stringify(answer)} (true: ${JSON.stringify(truths[0] ?? '')})`);
}
compiled.dispose();
head.dispose();
