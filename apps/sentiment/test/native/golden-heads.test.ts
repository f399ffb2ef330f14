import { Bert, type BertInputs, parseBertConfig } from '@bertune/bert';
import {
  MaskedLanguageModel,
  MultipleChoiceClassifier,
  NextSentencePredictor,
  PreTrainingModel,
  QuestionAnswerer,
  SequenceClassifier,
  SequenceRegressor,
  TokenClassifier,
} from '@bertune/heads';
import { expectClose, goldenPath, readGoldenJson, readTensors } from '@bertune/testkit';
import type { Trainable } from '@bertune/train';
import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs';

import { inMemory } from '../helpers/golden-traces.js';
import { assignGolden, type Golden, goldenInputs, goldenLabel, WAYS } from './golden.js';
import { describeNative } from './native.js';

jest.setTimeout(60_000);

type Batch = Omit<BertInputs, 'lastHiddenState' | 'inputsEmbeds'> & Record<string, tf.Tensor>;
interface Head extends Trainable<Batch> {
  logits(batch: Batch): tf.TensorContainer;
  dispose(): void;
}
interface Task {
  readonly head: (bert: Bert) => unknown;
  /** labels by the name our batch has for them, from the name of the golden file; default `labels` */
  readonly labels?: Readonly<Record<string, string>>;
  /** golden outputs in the order of the leaves of the logits; default `logits` */
  readonly outputs?: readonly string[];
  /** masked tokens by their places */
  readonly gathered?: boolean;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => `label-${i}`);
const sequence = (count: number, problem?: 'multi-label'): Task => ({
  head: (bert) => SequenceClassifier.fromEncoder(bert, { labels: names(count), problem }),
});
const preTraining: Task = {
  head: (bert) => PreTrainingModel.fromEncoder(bert),
  labels: { labels: 'labels', nextSentenceLabels: 'next_sentence_label' },
  outputs: ['prediction_logits', 'seq_relationship_logits'],
};
const masked: Task = { head: (bert) => MaskedLanguageModel.fromEncoder(bert) };

const TASKS: readonly (readonly [file: string, variant: string, task: Task])[] = [
  ['sequence-classification-2', '', sequence(2)],
  ['sequence-classification-5', '', sequence(5)],
  ['sequence-multilabel-4', '', sequence(4, 'multi-label')],
  ['sequence-regression-1', '', { head: (bert) => SequenceRegressor.fromEncoder(bert) }],
  [
    'sequence-regression-3',
    '',
    { head: (bert) => SequenceRegressor.fromEncoder(bert, { valueNames: names(3) }) },
  ],
  ['token-classification-5', '', { head: (bert) => TokenClassifier.fromEncoder(bert, { labels: names(5) }) }],
  [
    'question-answering',
    '',
    {
      head: (bert) => QuestionAnswerer.fromEncoder(bert),
      labels: { startPositions: 'start_positions', endPositions: 'end_positions' },
      outputs: ['start_logits', 'end_logits'],
    },
  ],
  ['multiple-choice-3', '', { head: (bert) => MultipleChoiceClassifier.fromEncoder(bert) }],
  ['next-sentence-prediction', '', { head: (bert) => NextSentencePredictor.fromEncoder(bert) }],
  ['masked-lm', '', masked],
  ['masked-lm', ', masked tokens alone', { ...masked, gathered: true }],
  ['pre-training', '', preTraining],
  ['pre-training', ', masked tokens alone', { ...preTraining, gathered: true }],
];
const index = readGoldenJson<Record<string, { config: object }>>(goldenPath('heads/index.json'));

function batchOf(golden: Golden, { labels = { labels: 'labels' }, gathered }: Task): Batch {
  const named = Object.entries(labels).map(([ours, theirs]) => [ours, goldenLabel(golden, theirs)] as const);
  const batch: Batch = { ...goldenInputs(golden, 'input/'), ...Object.fromEntries(named) };
  if (!gathered) return batch;
  const { labels: all, ...rest } = batch;
  const rows = (all.arraySync() as number[][]).map((row) =>
    [...row.entries()].filter(([, label]) => label !== -100),
  );
  const most = Math.max(...rows.map(({ length }) => length));
  const matrix = (pick: (entry: [number, number] | undefined) => number): tf.Tensor2D =>
    tf.tensor2d(
      rows.map((row) => Array.from({ length: most }, (_, i) => pick(row[i]))),
      undefined,
      'int32',
    );
  all.dispose();
  const maskedPositions = matrix((entry) => entry?.[0] ?? 0);
  return {
    ...rest,
    maskedPositions,
    maskedLabels: matrix((entry) => entry?.[1] ?? -100),
  };
}

/** The logits in the form of the golden file's, which has those of all tokens. */
function outputsOf(head: Head, batch: Batch, { outputs, gathered }: Task): tf.Tensor[] {
  const { maskedPositions, ...whole } = batch;
  const logits = head.logits(gathered ? whole : batch);
  if (logits instanceof tf.Tensor) return outputs ? tf.unstack(logits, 2) : [logits];
  return Object.values(logits as Record<string, tf.Tensor>);
}

describeNative('heads on native TensorFlow', () => {
  describe.each(WAYS)('%s', (_, run) => {
    describe.each([false, true])('recompute %s', (recompute) => {
      it.each(TASKS)('%s%s: logits, loss and the gradient of every parameter', (file, _, task) => {
        const golden = readTensors(goldenPath(`heads/${file}.safetensors`));
        const json = {
          ...index[file].config,
          hidden_dropout_prob: 0,
          attention_probs_dropout_prob: 0,
          model_type: 'bert',
        };
        const before = tf.memory().numTensors;
        const head = task.head(Bert.fromConfig(parseBertConfig(json, 'config.json'), { recompute })) as Head;
        assignGolden(head.parameters, golden, 'param/');
        const batch = batchOf(golden, task);
        const variables = [...head.parameters.values()];
        const { logits, value, grads, loss, predictions } = run(() => {
          const { value, grads } = tf.variableGrads(() => head.loss(batch), variables);
          const together = head.lossAndPredictions?.(batch);
          if (!together) throw new Error('no lossAndPredictions');
          return {
            logits: tf.tidy(() => outputsOf(head, batch, task)),
            value,
            grads: variables.map(({ name }) => grads[name]),
            loss: together.loss,
            predictions: together.predictions,
          };
        });
        (task.outputs ?? ['logits']).forEach((name, i) => {
          expectClose(logits[i].dataSync(), golden.get(`output/${name}`)?.data ?? [], { atol: 5e-5 }, name);
        });
        const expected = golden.get('loss')?.data[0] ?? NaN;
        for (const scalar of [value, loss]) {
          expectClose(scalar.dataSync(), [expected], { atol: 1e-5 * Math.abs(expected) }, 'loss');
        }
        expect(predictions.shape[0]).toBe(4);
        expect(head.lossWeight(batch)).toBeGreaterThan(0);
        [...head.parameters.keys()].forEach((name, i) => {
          const gradient = golden.get(`grad/bert.${name}`) ?? golden.get(`grad/${name}`);
          if (!gradient) throw new Error(`no gradient of ${name}`);
          expectClose(grads[i].dataSync(), inMemory(name, gradient), { atol: 1e-5, rtolOfMax: 1e-4 }, name);
        });
        tf.dispose([logits, value, grads, loss, predictions, Object.values(batch as object) as tf.Tensor[]]);
        head.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    });
  });
});
