import { Bert, type BertInputs, createBertConfig } from '@bertune/bert';
import {
  MaskedLanguageModel,
  MultipleChoiceClassifier,
  PreTrainingModel,
  QuestionAnswerer,
  SentenceEncoder,
  TokenClassifier,
} from '@bertune/heads';
import { TensorFlowExecutor } from '@bertune/tensorflow';
import { adamW, compile, type Trainable } from '@bertune/train';
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';
import '@tensorflow/tfjs-backend-wasm';

import { oddWords } from '../odd-words.js';
import { describeNative, startNative } from './native.js';

jest.setTimeout(120_000);

type Batch = Record<string, tf.Tensor>;
interface Head extends Trainable<Batch> {
  dispose(): void;
}
type Inputs = Pick<BertInputs, 'inputIds' | 'attentionMask' | 'tokenTypeIds'>;
type Collate = (inputs: Inputs) => Batch;

/** Texts of two lengths, so that batches differ in width and so do rows of tokens. */
const texts = oddWords(24, (i) => [5, 9][i % 2] ?? 0);

/** Int32 of the shape of the ids, worked out from each id and its column. */
const each = (ids: tf.Tensor2D, value: (id: number, column: number) => number): tf.Tensor2D =>
  tf.tensor2d(
    ids.arraySync().map((row) => row.map(value)),
    ids.shape,
    'int32',
  );
const column = (ids: tf.Tensor2D, value: (row: number[]) => number): tf.Tensor1D =>
  tf.tensor1d(ids.arraySync().map(value), 'int32');
const masked = (ids: tf.Tensor2D): Batch => ({
  maskedPositions: tf.tensor2d(
    ids.arraySync().map(() => [1, 3, 0]),
    undefined,
    'int32',
  ),
  maskedLabels: tf.tensor2d(
    ids.arraySync().map((row) => [row[1], row[3], -100]),
    undefined,
    'int32',
  ),
});
/** Two texts a row: each with itself turned round. */
const twice = ({ inputIds, attentionMask, tokenTypeIds }: Inputs): Batch => ({
  inputIds: tf.stack([inputIds, tf.reverse(inputIds, 1)], 1),
  attentionMask: tf.stack([attentionMask, tf.reverse(attentionMask, 1)], 1),
  tokenTypeIds: tf.stack([tokenTypeIds, tokenTypeIds], 1),
});

const TASKS: [string, (bert: Bert) => unknown, Collate][] = [
  [
    'token classification',
    (bert) => TokenClassifier.fromEncoder(bert, { labels: ['even', 'odd'] }),
    (inputs) => ({ ...inputs, labels: each(inputs.inputIds, (id) => (id < 5 ? -100 : id % 2)) }),
  ],
  [
    'question answering',
    (bert) => QuestionAnswerer.fromEncoder(bert),
    (inputs) => ({
      ...inputs,
      startPositions: column(inputs.inputIds, () => 1),
      endPositions: column(inputs.inputIds, (row) => 1 + (row[1] % 3)),
    }),
  ],
  [
    'masked language model',
    (bert) => MaskedLanguageModel.fromEncoder(bert),
    (inputs) => ({ ...inputs, ...masked(inputs.inputIds) }),
  ],
  [
    'pre-training',
    (bert) => PreTrainingModel.fromEncoder(bert),
    (inputs) => ({
      ...inputs,
      ...masked(inputs.inputIds),
      nextSentenceLabels: column(inputs.inputIds, (row) => row[1] % 2),
      maskedPerText: tf.tidy(() => tf.fill([inputs.inputIds.shape[0]], 2)),
    }),
  ],
  [
    'multiple choice',
    (bert) => MultipleChoiceClassifier.fromEncoder(bert),
    (inputs) => ({ ...twice(inputs), labels: column(inputs.inputIds, (row) => row[1] % 2) }),
  ],
  [
    'sentence embeddings',
    (bert) => SentenceEncoder.fromEncoder(bert, { loss: 'in-batch-negatives' }),
    (inputs) => twice(inputs),
  ],
];

describeNative('tasks on native TensorFlow', () => {
  let tensors: number;
  beforeEach(async () => {
    await startNative();
    tensors = tf.memory().numTensors;
  });
  afterEach(() => {
    expect(tf.memory().numTensors).toBe(tensors);
  });

  it.each(TASKS)('%s trains compiled as eagerly on WebAssembly', async (_, make, label) => {
    const config = createBertConfig({
      vocabSize: 100,
      hiddenSize: 32,
      numLayers: 2,
      numHeads: 2,
      maxPosition: 32,
    });
    const data = {
      ...texts,
      collate: (examples: Parameters<typeof texts.collate>[0]): Batch => {
        const { labels, ...inputs } = texts.collate(examples);
        labels.dispose();
        return tf.tidy(() => {
          const batch = label(inputs);
          const own = Object.values(inputs as object) as tf.Tensor[];
          // What the batch does not go on with is not the caller's to dispose.
          for (const tensor of own) if (!Object.values(batch).includes(tensor)) tensor.dispose();
          return batch;
        });
      },
    };
    const run = async (
      executor?: TensorFlowExecutor,
    ): Promise<{ losses: readonly number[]; loss: number }> => {
      const head = make(Bert.fromConfig(config, { seed: 7 })) as Head;
      const compiled = compile(head, {
        optimizer: adamW({ learningRate: 1e-3 }),
        clipNorm: 1,
        ...(executor && { executor }),
      });
      const { losses } = await compiled.fit(data, {
        epochs: 2,
        batchSize: 8,
        gradientAccumulationSteps: 2,
        seed: 3,
      });
      const { loss } = await compiled.evaluate(data, { batchSize: 8 });
      compiled.dispose();
      head.dispose();
      return { losses, loss };
    };
    const executor = new TensorFlowExecutor();
    const native = await run(executor);
    executor.dispose();
    await tf.setBackend('wasm');
    const eager = await run();
    await startNative();
    expect(native.losses.length).toBeGreaterThan(3);
    native.losses.forEach((loss, i) => expect(Math.abs(loss - eager.losses[i])).toBeLessThan(1e-4));
    expect(Math.abs(native.loss - eager.loss)).toBeLessThan(1e-4);
    expect(new Set(native.losses).size).toBe(native.losses.length);
  });
});
