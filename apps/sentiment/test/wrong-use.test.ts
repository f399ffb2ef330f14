import { Bert, createBertConfig } from '@bertune/bert';
import {
  alignLabels,
  answerSpan,
  MaskedLanguageModel,
  MultipleChoiceClassifier,
  NextSentencePredictor,
  PreTrainingModel,
  QuestionAnswerer,
  SentenceEncoder,
  SequenceClassifier,
  SequenceRegressor,
  TokenClassifier,
} from '@bertune/heads';
import { compile, rocAuc, sgd, type Callback, type Trainable } from '@bertune/train';
import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { existsSync, readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';

import { reviewsFolder, runIn } from './helpers/command.js';

/*
 * What people get wrong with a head, its labels, a metric or a checkpoint: each ends with a typed error that says where, what
 * was expected, found, and what to do, before anything is trained.
 */

jest.setTimeout(120_000);

const [examples, tokens, choices] = [6, 4, 3] as const;
const int = (values: readonly number[], shape: number[] = [values.length]): tf.Tensor =>
  tf.tensor(Array.from(values), shape, 'int32');
const real = (values: readonly number[], shape: number[] = [values.length]): tf.Tensor =>
  tf.tensor(Array.from(values), shape, 'float32');

const bert = (): Bert =>
  Bert.fromConfig(
    createBertConfig({ vocabSize: 20, hiddenSize: 8, numHeads: 2, numLayers: 1, maxPosition: 8 }),
    { seed: 1 },
  );

/** Rows of one head's batch, each with a label of its own kind. */
type Labels = (rows: readonly number[]) => Record<string, tf.Tensor>;

/** Trains a head on six examples whose labels `labels` makes; gives what `fit` threw, and whether it had begun. */
async function fitting(
  head: object,
  labels: Labels,
  inputShape: readonly number[] = [tokens],
): Promise<{ error: unknown; hasBegun: boolean; isSame: boolean }> {
  const model = head as Trainable<object> & { dispose: () => void };
  const values = (): number[][] => [...model.parameters.values()].map((each) => [...each.dataSync()]);
  const before = values();
  const compiled = compile(model, { optimizer: sgd({ learningRate: 0.1 }) });
  let hasBegun = false;
  const watch: Callback = {
    onTrainBegin() {
      hasBegun = true;
    },
  };
  const data = {
    examples: Array.from({ length: examples }, (_, i) => i),
    length: () => tokens,
    collate: (rows: readonly number[]) => {
      const shape = [rows.length, ...inputShape];
      return {
        inputIds: tf.ones(shape, 'int32'),
        attentionMask: tf.ones(shape, 'int32'),
        tokenTypeIds: tf.zeros(shape, 'int32'),
        ...labels(rows),
      };
    },
  };
  const error: unknown = await compiled
    .fit(data, { batchSize: 2, callbacks: [watch] })
    .then(() => undefined)
    .catch((caught: unknown) => caught);
  const isSame = JSON.stringify(values()) === JSON.stringify(before);
  compiled.dispose();
  model.dispose();
  return { error, hasBegun, isSame };
}

/** 0 for all examples but the fourth. */
const odd = (rows: readonly number[], value: number): number[] => rows.map((row) => (row === 3 ? value : 0));
const each = (rows: readonly number[], value: number, width: number): tf.Tensor =>
  int(
    odd(rows, value).flatMap((first) => [first, ...new Array<number>(width - 1).fill(0)]),
    [rows.length, width],
  );

describe('labels that a head cannot learn end fit before its first step', () => {
  beforeAll(async () => {
    await tf.setBackend('cpu');
  });

  const classes = ['a', 'b', 'c'];
  it.each<[string, () => object, Labels, RegExp, (readonly number[])?]>([
    [
      'one class: out of range',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: int(odd(rows, 3)) }),
      /expected integers from 0 to 2, found 3/,
    ],
    [
      'one class: below 0',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: int(odd(rows, -1)) }),
      /expected integers from 0 to 2, found -1/,
    ],
    [
      'one class: numbers of a regression',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: real(odd(rows, 0.5)) }),
      /expected int32 for single-label, found float32/,
    ],
    [
      'one class: one-hot rows',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: each(rows, 1, 3) }),
      /expected shape \[1\] for single-label, found \[1, 3\]/,
    ],
    [
      'several labels: neither 0 nor 1',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes, problem: 'multi-label' }),
      (rows) => ({ labels: each(rows, 2, 3) }),
      /expected integers from 0 to 1, found 2/,
    ],
    [
      'several labels: a class index',
      () => SequenceClassifier.fromEncoder(bert(), { labels: classes, problem: 'multi-label' }),
      (rows) => ({ labels: int(odd(rows, 2)) }),
      /expected shape \[1, 3\] for multi-label, found \[1\]/,
    ],
    [
      'one logit: a third class',
      () => SequenceClassifier.fromEncoder(bert(), { labels: ['a', 'b'], problem: 'binary' }),
      (rows) => ({ labels: int(odd(rows, 2)) }),
      /expected integers from 0 to 1, found 2/,
    ],
    [
      'regression: NaN',
      () => SequenceRegressor.fromEncoder(bert()),
      (rows) => ({ labels: real(odd(rows, NaN), [rows.length, 1]) }),
      /expected numbers, found NaN/,
    ],
    [
      'tokens: out of range',
      () => TokenClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: each(rows, 7, tokens) }),
      /expected classes from 0 to 2, or -100, found 7/,
    ],
    [
      'tokens: one label a text',
      () => TokenClassifier.fromEncoder(bert(), { labels: classes }),
      (rows) => ({ labels: int(odd(rows, 0)) }),
      /expected int32 \[1, 4\], found int32 \[1\]/,
    ],
    [
      'question answering: the end before the start',
      () => QuestionAnswerer.fromEncoder(bert()),
      (rows) => ({ startPositions: int(odd(rows, 2)), endPositions: int(odd(rows, 1)) }),
      /endPositions: expected the last token at or after the first, found 1/,
    ],
    [
      'multiple choice: a choice that is none',
      () => MultipleChoiceClassifier.fromEncoder(bert()),
      (rows) => ({ labels: int(odd(rows, 3)) }),
      /expected choices from 0 to 2, found 3/,
      [choices, tokens],
    ],
    [
      'masked tokens: an id beyond the vocabulary',
      () => MaskedLanguageModel.fromEncoder(bert()),
      (rows) => ({ labels: each(rows, 20, tokens) }),
      /labels: expected .*19.*found 20/,
    ],
    [
      'next sentence: neither 0 nor 1',
      () => NextSentencePredictor.fromEncoder(bert()),
      (rows) => ({ labels: int(odd(rows, 2)) }),
      /labels: expected .*found 2/,
    ],
    [
      'pre-training: a next sentence that is neither',
      () => PreTrainingModel.fromEncoder(bert()),
      (rows) => ({ labels: each(rows, 1, tokens), nextSentenceLabels: int(odd(rows, 5)) }),
      /nextSentenceLabels: expected .*found 5/,
    ],
    [
      'sentence pairs: a similarity that is no number',
      () => SentenceEncoder.fromEncoder(bert()),
      (rows) => ({ scores: real(odd(rows, NaN)) }),
      /scores: expected .*found NaN/,
      [2, tokens],
    ],
  ])('%s', async (...[, head, labels, message, inputShape]) => {
    const { error, hasBegun, isSame } = await fitting(head(), labels, inputShape);
    expect(error).toMatchObject({ name: 'TrainError', code: 'invalid-labels' });
    expect((error as Error).message).toMatch(/^fit: example [03] of the training data: /);
    expect((error as Error).message).toMatch(message);
    expect([hasBegun, isSame]).toEqual([false, true]);
  });

  it('a metric that needs two classes, where the validation has one', async () => {
    const head = SequenceClassifier.fromEncoder(bert(), { labels: ['a', 'b'] });
    const compiled = compile(head, { optimizer: sgd({ learningRate: 0.1 }), metrics: [rocAuc()] });
    const data = {
      examples: [0, 1, 0, 1],
      length: () => tokens,
      collate: (labels: readonly number[]) => ({
        inputIds: tf.ones([labels.length, tokens], 'int32') as tf.Tensor2D,
        attentionMask: tf.ones([labels.length, tokens], 'int32') as tf.Tensor2D,
        tokenTypeIds: tf.zeros([labels.length, tokens], 'int32') as tf.Tensor2D,
        labels: int(labels),
      }),
    };
    const validationData = { ...data, examples: [1, 1] };
    await expect(compiled.fit(data, { validationData })).rejects.toMatchObject({ code: 'needs-two-classes' });
    compiled.dispose();
    head.dispose();
  });

  it('answers outside their text, labels of other words', () => {
    for (const [text, start] of [
      ['good', 4],
      ['good', 40],
      ['good', -1],
      ['', 3],
    ] as const)
      expect(() => answerSpan('The food was good.', { text, start })).toThrow(
        expect.objectContaining({ code: 'invalid-labels' }),
      );
    expect(() => answerSpan('The food was good.', { text: 'good', start: 4 })).toThrow(
      'The text begins at 13; were positions counted in code points or bytes?',
    );
    expect(() => alignLabels([null, 0, 1, 2, null], [1, 0])).toThrow(
      expect.objectContaining({ code: 'invalid-labels' }),
    );
  });
});

describe('on the command line, before training, nothing written', () => {
  let cwd = '';
  let encoder = '';

  beforeAll(async () => {
    ({ cwd, encoder } = await reviewsFolder());
  });

  const start = (output: string, ...more: string[]): string[] => [
    ...['train', '--train', 'reviews.csv', '--backend', 'wasm', '--model', encoder],
    ...['--output', output, '--epochs', '1', ...more],
  ];

  it.each([
    [['--lora-rank', '2', '--lora-targets', 'qury'], /qury/],
    [['--lora-rank', '2', '--lora-targets', 'query,nothing'], /nothing/],
    [['--task', 'regression'], /row \d+ .*expected a finite number, found "neg"/],
    [['--freeze', 'encoder.layer.7'], /--freeze: expected modules of the model, found no encoder\.layer\.7/],
    [['--resume', 'reviews.csv'], /--resume|no other option/],
  ])('%s', async (options, message) => {
    const io = await runIn(cwd, start('refused', ...options));
    expect([io.code > 0, io.err()]).toEqual([true, expect.stringMatching(message)]);
    expect(io.err()).not.toMatch(/looks like a bug|^epoch 1/m);
    expect(existsSync(join(cwd, 'refused'))).toBe(false);
  });

  it('a checkpoint whose parts are of different runs', async () => {
    expect((await runIn(cwd, start('one', '--save-steps', '2', '--batch-size', '32'))).code).toBe(0);
    const other = start('other', '--save-steps', '2', '--batch-size', '32', '--lora-rank', '2');
    expect((await runIn(cwd, other)).code).toBe(0);
    const latest = (run: string): string =>
      join(
        cwd,
        run,
        readdirSync(join(cwd, run))
          .filter((name) => name.startsWith('checkpoint-'))
          .sort()[0] ?? '',
      );
    renameSync(join(latest('other'), 'optimizer.safetensors'), join(latest('one'), 'optimizer.safetensors'));
    const io = await runIn(cwd, ['train', '--resume', latest('one')]);
    expect([io.code, io.err()]).toEqual([
      1,
      expect.stringMatching(
        /error: The optimiser state does not fit: (embeddings\.\S+ is missing; ){8}and \d+ more\. It is of another model/,
      ),
    ]);
    expect(io.err()).not.toContain('looks like a bug');
  });
});
