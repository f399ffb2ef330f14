import { type Bert, createParameters, type SavePretrainedOptions, type TrainingRun } from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { meaningToJson, storedMeaning } from './classifier-config.js';
import {
  checkClassifierOptions,
  type ClassifierOptions,
  logitCount,
  type Problem,
} from './classifier-options.js';
import { definedOnly } from '../defined-only.js';
import { HeadError } from '../errors.js';
import { checkLabelTensor, readLabels } from '../label-checks.js';
import { distillationLoss } from '../losses/distillation.js';
import { sigmoidCrossEntropy } from '../losses/sigmoid-cross-entropy.js';
import { IGNORED_LABEL, softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { loadHead, type LoadHeadOptions, saveHead, openPretrained } from '../pretrained.js';
import { requirePooler } from '../task-head.js';
import type { SequenceBatch } from './sequence-batch.js';
import { SequenceHead, sequenceLayout } from './sequence-head.js';

/**
 * Text classification: dropout and a dense layer on BERT's pooled output, with the loss the problem calls for.
 * Has the shape `@bertune/train` asks of a trainable model.
 */
export class SequenceClassifier extends SequenceHead {
  /** what the logits mean */
  readonly problem: Problem;
  /** names of the classes; of a binary problem, that of 0 and that of 1 */
  readonly labelNames: readonly string[];

  /**
   * @param bert encoder with a pooler; the classifier takes it over
   * @param classifier `classifier.weight` [D, C] and `classifier.bias` [C]; taken over
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  constructor(
    bert: Bert,
    classifier: ReadonlyMap<string, tf.Variable>,
    private readonly options: ClassifierOptions,
  ) {
    super(bert, classifier);
    checkClassifierOptions(options);
    this.problem = options.problem ?? 'single-label';
    this.labelNames = options.labels;
  }

  /**
   * A classifier with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  static fromEncoder(
    bert: Bert,
    options: ClassifierOptions & { readonly seed?: number | undefined },
  ): SequenceClassifier {
    checkClassifierOptions(options);
    requirePooler(bert);
    const { parameters } = sequenceLayout(bert.config, logitCount(options));
    return new SequenceClassifier(
      bert,
      createParameters(parameters, bert.config, options.seed ?? 0),
      options,
    );
  }

  /**
   * Loads a classifier from a folder in Hugging Face's layout, or an encoder under a new classifier: then name the new
   * part, `allowMissing: ['classifier']`, and give `labels`.
   * @param options.labels default: `id2label` of the `config.json`
   * @param options.problem default: what the `config.json` says
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a model of another kind, `no-pooler`, `invalid-options`
   */
  static async fromPretrained(
    source: string,
    options: Partial<ClassifierOptions> & LoadHeadOptions = {},
  ): Promise<SequenceClassifier> {
    const { directory, pretrained } = await openPretrained(source, options);
    const classifierOptions = {
      ...storedMeaning(pretrained, options.problem !== undefined),
      ...definedOnly(options),
    };
    checkClassifierOptions(classifierOptions);
    const layout = sequenceLayout(pretrained.config, logitCount(classifierOptions));
    const { bert, own } = await loadHead(directory, pretrained, layout, options);
    return new SequenceClassifier(bert, own, classifierOptions);
  }

  /**
   * Saves the classifier as a folder that `transformers` opens as `BertForSequenceClassification`. A binary problem
   * becomes one with a single multi-label logit, whose loss and probability are the same.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const layout = sequenceLayout(this.bert.config, this.columns);
    await saveHead(directory, this, layout, meaningToJson(this.problem, this.labelNames), options);
  }

  /**
   * Loss of one batch, the mean over its examples (see `ClassifierOptions` for weights and smoothing); with
   * `teacherLogits`, `distillationLoss`. Shape and type of the labels are checked here, their values by `lossWeight` alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: SequenceBatch, run?: TrainingRun): tf.Scalar {
    return tf.tidy(() => this.lossOfLogits(this.logits(batch, run), batch));
  }

  /**
   * Loss and probabilities without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: SequenceBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    return tf.tidy(() => {
      const logits = this.logits(batch);
      return { loss: this.lossOfLogits(logits, batch), predictions: this.probabilities(logits) };
    });
  }

  /**
   * What the loss of a batch is divided by: its examples, or the sum of their class weights. With it, losses of
   * micro-batches add up to that of the whole batch. Reads the labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight({ labels, inputIds, teacherLogits }: SequenceBatch): number {
    const examples = inputIds.shape[0];
    const values = this.checkedLabels(labels, examples, teacherLogits !== undefined);
    if (teacherLogits) {
      this.checkTeacherLogits(teacherLogits, examples);
      readLabels('teacherLogits', teacherLogits, 'finite numbers', Number.isFinite);
      return examples;
    }
    const { classWeights, weightedMean = 'sum-of-weights' } = this.options;
    if (!classWeights || this.problem === 'multi-label' || weightedMean === 'examples') return examples;
    return values.reduce((sum, label) => sum + classWeights[label], 0);
  }

  /**
   * Probabilities, without dropout.
   * @returns float32; single-label: [B, C], rows sum to 1; multi-label: [B, C]; binary: [B, 1], that of label 1.
   *   Caller disposes.
   */
  predict(batch: Omit<SequenceBatch, 'labels'>): tf.Tensor2D {
    return tf.tidy(() => this.probabilities(this.logits(batch)));
  }

  /** What predictions are compared with: the batch's own tensor, which stays the caller's. */
  labels(batch: SequenceBatch): tf.Tensor {
    return batch.labels;
  }

  private checkLabelTensor(labels: tf.Tensor, examples: number): void {
    const shape = this.problem === 'multi-label' ? [examples, this.labelNames.length] : [examples];
    if (labels.shape.join() !== shape.join()) {
      throw new HeadError(
        'invalid-labels',
        `labels: expected shape [${shape.join(', ')}] for ${this.problem}, found [${labels.shape.join(', ')}].`,
      );
    }
    if (this.problem === 'single-label' && labels.dtype !== 'int32') {
      throw new HeadError(
        'invalid-labels',
        `labels: expected int32 for single-label, found ${labels.dtype}.`,
      );
    }
  }

  private probabilities(logits: tf.Tensor2D): tf.Tensor2D {
    return this.problem === 'single-label' ? tf.softmax(logits) : tf.sigmoid(logits);
  }

  /** @throws HeadError `invalid-labels`; `invalid-options` for class weights whose sum divides the loss */
  private checkTeacherLogits(teacherLogits: tf.Tensor2D, examples: number): void {
    if (this.problem !== 'single-label') {
      throw new HeadError(
        'invalid-labels',
        `teacherLogits: expected none for ${this.problem}, since they are softened by a softmax.`,
      );
    }
    checkLabelTensor('teacherLogits', teacherLogits, [examples, this.labelNames.length], 'float32');
    const { classWeights, weightedMean } = this.options;
    if (!classWeights || weightedMean === 'examples') return;
    throw new HeadError(
      'invalid-options',
      "weightedMean: expected 'examples' for classWeights with teacherLogits, whose part of the loss is a mean over examples.",
    );
  }

  private lossOfLogits(
    logits: tf.Tensor2D,
    { labels, teacherLogits }: Pick<SequenceBatch, 'labels' | 'teacherLogits'>,
  ): tf.Scalar {
    this.checkLabelTensor(labels, logits.shape[0]);
    if (teacherLogits) {
      this.checkTeacherLogits(teacherLogits, logits.shape[0]);
      return distillationLoss(logits, labels as tf.Tensor1D, teacherLogits, this.options);
    }
    if (this.problem === 'single-label')
      return softmaxCrossEntropy(logits, labels as tf.Tensor1D, this.options);
    const targets: tf.Tensor2D = tf.reshape(tf.cast(labels, 'float32'), logits.shape);
    const { classWeights, labelSmoothing, weightedMean, focalGamma } = this.options;
    if (this.problem === 'multi-label') {
      return sigmoidCrossEntropy(logits, targets, {
        labelSmoothing,
        positiveWeights: classWeights,
        focalGamma,
      });
    }
    const pair = classWeights as [number, number] | undefined; // two, as the options were checked
    return sigmoidCrossEntropy(logits, targets, {
      labelSmoothing,
      weightedMean,
      classWeights: pair,
      focalGamma,
    });
  }

  private checkedLabels(labels: tf.Tensor, examples: number, mayLack: boolean): number[] {
    this.checkLabelTensor(labels, examples);
    const classes = this.labelNames.length;
    const limit = this.problem === 'single-label' ? classes : 2;
    const values = [...labels.dataSync()];
    const wrong = values.findIndex(
      (label) =>
        !(Number.isInteger(label) && label >= 0 && label < limit) && !(mayLack && label === IGNORED_LABEL),
    );
    if (wrong >= 0) {
      throw new HeadError(
        'invalid-labels',
        `labels: expected integers from 0 to ${limit - 1}, found ${values[wrong]} at position ${wrong}.`,
      );
    }
    return values;
  }
}
