import {
  type Bert,
  type BertConfig,
  type BertInputs,
  createParameters,
  dropout,
  linear,
  linearParameters,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { definedOnly } from '../defined-only.js';
import { checkLabelTensor, readLabels } from '../label-checks.js';
import { labelMaps, labelNames } from '../label-names.js';
import { IGNORED_LABEL, softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { checkClassifierOptions, type ClassifierOptions } from '../sequence/classifier-options.js';
import { TaskHead } from '../task-head.js';

/** What a classifier of tokens tells apart, and how its loss counts. */
export type TokenClassifierOptions = Omit<ClassifierOptions, 'problem'>;

/** Tokenized texts with a label for each token. The caller keeps and disposes every tensor. */
export type TokenClassificationBatch = BertInputs & {
  /** [B, T] int32: classes in [0, C), -100 for tokens that do not count; see `alignLabels` */
  readonly labels: tf.Tensor2D;
};

/** Name of the head's layer in checkpoints, and of its dropout site. */
const CLASSIFIER = 'classifier';

const layout = ({ hiddenSize }: BertConfig, classes: number): HeadLayout => ({
  architecture: 'BertForTokenClassification',
  pooler: false,
  parameters: linearParameters(CLASSIFIER, hiddenSize, classes),
});

/**
 * Token classification, such as named entities or parts of speech: dropout and a dense layer on the hidden state of each
 * token. Has the shape `@bertune/train` asks of a trainable model.
 */
export class TokenClassifier extends TaskHead {
  /** rows of predictions and labels have a column for each token: batches of other lengths have other widths */
  readonly rowsHaveTokens = true;
  /** names of the classes */
  readonly labelNames: readonly string[];

  /**
   * @param bert encoder, with or without pooler; the classifier takes it over
   * @param classifier `classifier.weight` [D, C] and `classifier.bias` [C]; taken over
   * @throws HeadError `invalid-options`
   */
  constructor(
    bert: Bert,
    classifier: ReadonlyMap<string, tf.Variable>,
    private readonly options: TokenClassifierOptions,
  ) {
    super(bert, classifier, { pooler: false });
    checkClassifierOptions(options);
    this.labelNames = options.labels;
  }

  /**
   * A classifier with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   * @throws HeadError `invalid-options`
   */
  static fromEncoder(
    bert: Bert,
    options: TokenClassifierOptions & { readonly seed?: number | undefined },
  ): TokenClassifier {
    checkClassifierOptions(options);
    const { parameters } = layout(bert.config, options.labels.length);
    return new TokenClassifier(bert, createParameters(parameters, bert.config, options.seed ?? 0), options);
  }

  /**
   * Loads a classifier from a folder in Hugging Face's layout, or an encoder under a new classifier: then name the new
   * part, `allowMissing: ['classifier']`, and give `labels`.
   * @param options.labels default: `id2label` of the `config.json`
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a classifier of texts, `invalid-options`
   */
  static async fromPretrained(
    source: string,
    options: Partial<TokenClassifierOptions> & LoadHeadOptions = {},
  ): Promise<TokenClassifier> {
    const { directory, pretrained } = await openPretrained(source, options);
    // Hugging Face leaves the default of two labels out of the file.
    const labels = labelNames(pretrained) ?? ['LABEL_0', 'LABEL_1'];
    const classifierOptions = { labels, ...definedOnly(options) };
    checkClassifierOptions(classifierOptions);
    const head = layout(pretrained.config, classifierOptions.labels.length);
    const { bert, own } = await loadHead(directory, pretrained, head, options);
    return new TokenClassifier(bert, own, classifierOptions);
  }

  /**
   * Saves the classifier as a folder that `transformers` opens as `BertForTokenClassification`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const head = layout(this.bert.config, this.labelNames.length);
    await saveHead(directory, this, head, labelMaps(this.labelNames), options);
  }

  /**
   * Raw scores of each token.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, T, C] float32; caller disposes
   */
  logits(inputs: BertInputs, run?: TrainingRun): tf.Tensor3D {
    return tf.tidy(() => {
      const [batch, length] = inputs.inputIds.shape;
      return tf.reshape(this.rowLogits(inputs, run), [batch, length, this.labelNames.length]);
    });
  }

  /**
   * Cross-entropy, the mean over the tokens that have a label (see `ClassifierOptions` for weights and smoothing); 0
   * where none has. Shape and type of the labels are checked here, their values by `lossWeight` alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: TokenClassificationBatch, run?: TrainingRun): tf.Scalar {
    checkLabelTensor('labels', batch.labels, batch.inputIds.shape);
    return tf.tidy(() => this.lossOfRows(this.rowLogits(batch, run), batch));
  }

  /**
   * Loss and probabilities without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: TokenClassificationBatch): { loss: tf.Scalar; predictions: tf.Tensor3D } {
    checkLabelTensor('labels', batch.labels, batch.inputIds.shape);
    return tf.tidy(() => {
      const logits = this.rowLogits(batch);
      const [rows, length] = batch.inputIds.shape;
      const predictions: tf.Tensor3D = tf.reshape(tf.softmax(logits), [rows, length, logits.shape[1]]);
      return { loss: this.lossOfRows(logits, batch), predictions };
    });
  }

  /**
   * What the loss of a batch is divided by: its tokens that have a label, or the sum of their class weights. Reads the
   * labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight({ labels, inputIds }: TokenClassificationBatch): number {
    checkLabelTensor('labels', labels, inputIds.shape);
    const classes = this.labelNames.length;
    const expected = `classes from 0 to ${classes - 1}, or ${IGNORED_LABEL}`;
    const isClass = (label: number): boolean => label >= 0 && label < classes;
    const counted = readLabels(
      'labels',
      labels,
      expected,
      (label) => isClass(label) || label === IGNORED_LABEL,
    ).filter(isClass);
    const { classWeights, weightedMean = 'sum-of-weights' } = this.options;
    if (!classWeights || weightedMean === 'examples') return counted.length;
    return counted.reduce((sum, label) => sum + classWeights[label], 0);
  }

  /**
   * Probabilities of each token, without dropout.
   * @returns [B, T, C] float32, rows sum to 1; caller disposes
   */
  predict(inputs: BertInputs): tf.Tensor3D {
    return tf.tidy(() => tf.softmax(this.logits(inputs)));
  }

  /** What predictions are compared with, -100 where nothing is: the batch's own tensor, which stays the caller's. */
  labels(batch: TokenClassificationBatch): tf.Tensor {
    return batch.labels;
  }

  /** [B * T, C] */
  private rowLogits(inputs: BertInputs, run?: TrainingRun): tf.Tensor2D {
    const { hiddenDropout, classifierDropout, hiddenSize } = this.bert.config;
    const { lastHiddenState } = this.bert.encode(inputs, { run });
    const rows: tf.Tensor2D = tf.reshape(lastHiddenState, [-1, hiddenSize]);
    const rate = classifierDropout ?? hiddenDropout;
    return linear(this.layer(CLASSIFIER), dropout(rows, run && { rate, run, site: CLASSIFIER }));
  }

  private lossOfRows(logits: tf.Tensor2D, { labels }: TokenClassificationBatch): tf.Scalar {
    const targets: tf.Tensor1D = tf.reshape(labels, [labels.size]);
    return softmaxCrossEntropy(logits, targets, { ...this.options, ignoredLabel: IGNORED_LABEL });
  }
}
