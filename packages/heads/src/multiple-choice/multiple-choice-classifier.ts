import {
  type Bert,
  type BertConfig,
  createParameters,
  dropout,
  linear,
  linearParameters,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';
import { checkLabelTensor, readLabels } from '../label-checks.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { requirePooler, TaskHead } from '../task-head.js';

/**
 * Questions with the same number of choices each, tokenized as pairs of question and choice. The caller keeps and
 * disposes every tensor.
 */
export type MultipleChoiceInputs = {
  /** [B, C, T] int32, each in [0, V) */
  readonly inputIds: tf.Tensor3D;
  /** [B, C, T] int32: 1 for tokens, 0 for padding */
  readonly attentionMask: tf.Tensor3D;
  /** [B, C, T] int32: 0 for the question, 1 for the choice */
  readonly tokenTypeIds: tf.Tensor3D;
};

/** The same with the choices that are right. */
export type MultipleChoiceBatch = MultipleChoiceInputs & {
  /** [B] int32, each in [0, C) */
  readonly labels: tf.Tensor1D;
};

/** Name of the head's layer in checkpoints, and of its dropout site. */
const CLASSIFIER = 'classifier';

const layout = ({ hiddenSize }: BertConfig): HeadLayout => ({
  architecture: 'BertForMultipleChoice',
  pooler: true,
  parameters: linearParameters(CLASSIFIER, hiddenSize, 1),
});

/**
 * Multiple choice: one score for each pair of question and choice, dropout and a dense layer on the pooled output; softmax
 * over the choices. Has the shape `@bertune/train` asks of a trainable model.
 */
export class MultipleChoiceClassifier extends TaskHead {
  /**
   * @param bert encoder with a pooler; the classifier takes it over
   * @param classifier `classifier.weight` [D, 1] and `classifier.bias` [1]; taken over
   * @throws HeadError `no-pooler`
   */
  constructor(bert: Bert, classifier: ReadonlyMap<string, tf.Variable>) {
    super(bert, classifier, { pooler: true });
  }

  /**
   * A classifier with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   * @throws HeadError `no-pooler`
   */
  static fromEncoder(
    bert: Bert,
    options: { readonly seed?: number | undefined } = {},
  ): MultipleChoiceClassifier {
    requirePooler(bert);
    const { parameters } = layout(bert.config);
    return new MultipleChoiceClassifier(bert, createParameters(parameters, bert.config, options.seed ?? 0));
  }

  /**
   * Loads a classifier from a folder in Hugging Face's layout. On an encoder alone: `allowMissing: ['classifier']`.
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a classifier of another kind
   */
  static async fromPretrained(
    source: string,
    options: LoadHeadOptions = {},
  ): Promise<MultipleChoiceClassifier> {
    const { directory, pretrained } = await openPretrained(source, options);
    const { bert, own } = await loadHead(directory, pretrained, layout(pretrained.config), options);
    return new MultipleChoiceClassifier(bert, own);
  }

  /**
   * Saves the classifier as a folder that `transformers` opens as `BertForMultipleChoice`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveHead(directory, this, layout(this.bert.config), {}, options);
  }

  /**
   * Raw scores of the choices.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, C] float32; caller disposes
   */
  logits(inputs: MultipleChoiceInputs, run?: TrainingRun): tf.Tensor2D {
    const [questions, choices] = checkedShape(inputs);
    const { hiddenDropout, classifierDropout } = this.bert.config;
    return tf.tidy(() => {
      const pooled = this.bert.encode(asPairs(inputs), { run }).pooledOutput as tf.Tensor2D; // [B * C, D]
      const rate = classifierDropout ?? hiddenDropout;
      const scores = linear(this.layer(CLASSIFIER), dropout(pooled, run && { rate, run, site: CLASSIFIER }));
      return tf.reshape(scores, [questions, choices]);
    });
  }

  /**
   * Cross-entropy over the choices, the mean over the questions. Shape and type of the labels are checked here, their
   * values by `lossWeight` alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: MultipleChoiceBatch, run?: TrainingRun): tf.Scalar {
    checkLabelTensor('labels', batch.labels, [batch.inputIds.shape[0]]);
    return tf.tidy(() => softmaxCrossEntropy(this.logits(batch, run), batch.labels));
  }

  /**
   * Loss and probabilities without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: MultipleChoiceBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    checkLabelTensor('labels', batch.labels, [batch.inputIds.shape[0]]);
    return tf.tidy(() => {
      const logits = this.logits(batch);
      return { loss: softmaxCrossEntropy(logits, batch.labels), predictions: tf.softmax(logits) };
    });
  }

  /**
   * What the loss of a batch is divided by: its questions. Reads the labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight({ labels, inputIds }: MultipleChoiceBatch): number {
    const [questions, choices] = inputIds.shape;
    checkLabelTensor('labels', labels, [questions]);
    const isChoice = (label: number): boolean => label >= 0 && label < choices;
    readLabels('labels', labels, `choices from 0 to ${choices - 1}`, isChoice);
    return questions;
  }

  /**
   * Probabilities of the choices, without dropout.
   * @returns [B, C] float32, rows sum to 1; caller disposes
   */
  predict(inputs: MultipleChoiceInputs): tf.Tensor2D {
    return tf.tidy(() => tf.softmax(this.logits(inputs)));
  }

  /** What predictions are compared with: the batch's own tensor, which stays the caller's. */
  labels(batch: MultipleChoiceBatch): tf.Tensor {
    return batch.labels;
  }
}

function checkedShape({ inputIds }: MultipleChoiceInputs): readonly number[] {
  const { shape } = inputIds as tf.Tensor;
  if (shape.length === 3) return shape;
  throw new HeadError(
    'invalid-inputs',
    `inputIds: expected [B, C, T], a row for each choice of each question, found [${shape.join(', ')}].`,
  );
}

/** [B, C, T] -> [B * C, T] */
function asPairs({
  inputIds,
  attentionMask,
  tokenTypeIds,
}: MultipleChoiceInputs): Parameters<Bert['encode']>[0] {
  const rows = (tensor: tf.Tensor3D): tf.Tensor2D => tf.reshape(tensor, [-1, tensor.shape[2]]);
  return {
    inputIds: rows(inputIds),
    attentionMask: rows(attentionMask),
    tokenTypeIds: rows(tokenTypeIds),
  };
}
