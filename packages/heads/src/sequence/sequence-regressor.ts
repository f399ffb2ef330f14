import { type Bert, createParameters, type SavePretrainedOptions, type TrainingRun } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { HeadError } from '../errors.js';
import { type RegressionLoss, regressionLoss } from '../losses/regression.js';
import { labelMaps, labelNames } from '../label-names.js';
import { loadHead, type LoadHeadOptions, saveHead, openPretrained } from '../pretrained.js';
import { requirePooler } from '../task-head.js';
import type { SequenceBatch } from './sequence-batch.js';
import { SequenceHead, sequenceLayout } from './sequence-head.js';

/** What a regressor predicts, and how errors count. */
export interface RegressorOptions {
  /** name of each value; default one, `value` */
  readonly valueNames?: readonly string[] | undefined;
  /** default `mean-squared-error`, as Hugging Face */
  readonly loss?: RegressionLoss | undefined;
}

/**
 * Text regression: dropout and a dense layer on BERT's pooled output, one number a column.
 * Has the shape `@bertune/train` asks of a trainable model.
 */
export class SequenceRegressor extends SequenceHead {
  /** names of the values, in the order of the columns */
  readonly valueNames: readonly string[];
  private readonly lossKind: RegressionLoss;

  /**
   * @param bert encoder with a pooler; the regressor takes it over
   * @param classifier `classifier.weight` [D, C] and `classifier.bias` [C]; taken over
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  constructor(bert: Bert, classifier: ReadonlyMap<string, tf.Variable>, options: RegressorOptions = {}) {
    super(bert, classifier);
    this.valueNames = options.valueNames ?? ['value'];
    this.lossKind = options.loss ?? 'mean-squared-error';
    if (this.valueNames.length !== this.columns) {
      throw new HeadError(
        'invalid-options',
        `valueNames: expected ${this.columns}, one for each column, found ${this.valueNames.length}.`,
      );
    }
  }

  /**
   * A regressor with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  static fromEncoder(
    bert: Bert,
    options: RegressorOptions & { readonly seed?: number | undefined } = {},
  ): SequenceRegressor {
    requirePooler(bert);
    checkValueNames(options.valueNames);
    const { parameters } = sequenceLayout(bert.config, options.valueNames?.length ?? 1);
    return new SequenceRegressor(bert, createParameters(parameters, bert.config, options.seed ?? 0), options);
  }

  /**
   * Loads a regressor from a folder in Hugging Face's layout, or an encoder under a new regressor: then name the new
   * part, `allowMissing: ['classifier']`, and give `valueNames`.
   * @param options.valueNames default: `id2label` of the `config.json`
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a classifier, `no-pooler`
   */
  static async fromPretrained(
    source: string,
    options: RegressorOptions & LoadHeadOptions = {},
  ): Promise<SequenceRegressor> {
    const { directory, pretrained } = await openPretrained(source, options);
    checkValueNames(options.valueNames);
    const valueNames = options.valueNames ?? storedNames(pretrained);
    const layout = sequenceLayout(pretrained.config, valueNames.length);
    const { bert, own } = await loadHead(directory, pretrained, layout, options);
    return new SequenceRegressor(bert, own, { ...options, valueNames });
  }

  /**
   * Saves the regressor as a folder that `transformers` opens as `BertForSequenceClassification`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const meaning = { ...labelMaps(this.valueNames), problem_type: 'regression' };
    await saveHead(directory, this, sequenceLayout(this.bert.config, this.columns), meaning, options);
  }

  /**
   * Loss of one batch, the mean over its examples and values.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: SequenceBatch, run?: TrainingRun): tf.Scalar {
    return tf.tidy(() => this.lossOfValues(this.logits(batch, run), batch.labels));
  }

  /**
   * Loss and values without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: SequenceBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    return tf.tidy(() => {
      const predictions = this.logits(batch);
      return { loss: this.lossOfValues(predictions, batch.labels), predictions };
    });
  }

  /**
   * What the loss of a batch is divided by: its examples. Reads the labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight({ labels, inputIds }: SequenceBatch): number {
    const examples = inputIds.shape[0];
    if (labels.size !== examples * this.columns || labels.shape[0] !== examples) {
      throw new HeadError(
        'invalid-labels',
        `labels: expected shape [${examples}, ${this.columns}], found [${labels.shape.join(', ')}].`,
      );
    }
    const wrong = labels.dataSync().findIndex((value) => !Number.isFinite(value));
    if (wrong >= 0)
      throw new HeadError('invalid-labels', `labels: expected numbers, found NaN or infinity at ${wrong}.`);
    return examples;
  }

  /**
   * Values, without dropout.
   * @returns [B, C] float32; caller disposes
   */
  predict(batch: Omit<SequenceBatch, 'labels'>): tf.Tensor2D {
    return this.logits(batch);
  }

  /** What predictions are compared with: the batch's own tensor, which stays the caller's. */
  labels(batch: SequenceBatch): tf.Tensor {
    return batch.labels;
  }

  private lossOfValues(values: tf.Tensor2D, labels: tf.Tensor): tf.Scalar {
    return regressionLoss(values, tf.reshape(tf.cast(labels, 'float32'), values.shape), this.lossKind);
  }
}

/** @throws HeadError `invalid-options` for no name at all, or one that is there twice */
function checkValueNames(names: readonly string[] | undefined): void {
  if (names && (names.length === 0 || new Set(names).size < names.length)) {
    const found = JSON.stringify(names);
    throw new HeadError(
      'invalid-options',
      `valueNames: expected at least one name and none twice, found ${found}.`,
    );
  }
}

function storedNames(pretrained: Parameters<typeof labelNames>[0]): readonly string[] {
  const names = labelNames(pretrained) ?? ['LABEL_0', 'LABEL_1'];
  const type: unknown = pretrained.extra.problem_type ?? (names.length === 1 ? 'regression' : 'a classifier');
  if (type !== 'regression') {
    throw new HeadError(
      'wrong-task',
      `${pretrained.source}: expected a regression model, found ${String(type)}. ` +
        'Load it as a SequenceClassifier, or give `valueNames`.',
    );
  }
  return names;
}
