import {
  type Bert,
  type BertConfig,
  type BertInputs,
  createParameters,
  linear,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { checkLabelTensor } from '../label-checks.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { requirePooler, TaskHead } from '../task-head.js';
import { checkNextSentenceLabels, NEXT_SENTENCE, nextSentenceParameters } from './next-sentence-layer.js';

/** Pairs of texts, and whether the second follows the first. The caller keeps and disposes every tensor. */
export type NextSentenceBatch = BertInputs & {
  /** [B] int32: 0 where the second text follows the first, 1 where it does not */
  readonly labels: tf.Tensor1D;
};

const layout = (config: BertConfig): HeadLayout => ({
  architecture: 'BertForNextSentencePrediction',
  pooler: true,
  parameters: nextSentenceParameters(config),
});

/**
 * Next sentence prediction: whether the second text of a pair follows the first. A dense layer on the pooled output,
 * without dropout. Has the shape `@bertune/train` asks of a trainable model.
 */
export class NextSentencePredictor extends TaskHead {
  /**
   * @param bert encoder with a pooler; the model takes it over
   * @param head `cls.seq_relationship.weight` [D, 2] and `.bias` [2]; taken over
   * @throws HeadError `no-pooler`
   */
  constructor(bert: Bert, head: ReadonlyMap<string, tf.Variable>) {
    super(bert, head, { pooler: true });
  }

  /**
   * A predictor with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   * @throws HeadError `no-pooler`
   */
  static fromEncoder(
    bert: Bert,
    options: { readonly seed?: number | undefined } = {},
  ): NextSentencePredictor {
    requirePooler(bert);
    const { parameters } = layout(bert.config);
    return new NextSentencePredictor(bert, createParameters(parameters, bert.config, options.seed ?? 0));
  }

  /**
   * Loads a predictor, or a model of pre-training without its other head, from a folder in Hugging Face's layout or a
   * checkpoint of TensorFlow. On an encoder alone: `allowMissing: ['cls.seq_relationship']`.
   * @throws ConfigError, CheckpointError
   */
  static async fromPretrained(source: string, options: LoadHeadOptions = {}): Promise<NextSentencePredictor> {
    const { directory, pretrained } = await openPretrained(source, options);
    const { bert, own } = await loadHead(directory, pretrained, layout(pretrained.config), options);
    return new NextSentencePredictor(bert, own);
  }

  /**
   * Saves the predictor as a folder that `transformers` opens as `BertForNextSentencePrediction`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveHead(directory, this, layout(this.bert.config), {}, options);
  }

  /**
   * Raw scores: first that the second text follows, then that it does not.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, 2] float32; caller disposes
   */
  logits(inputs: BertInputs, run?: TrainingRun): tf.Tensor2D {
    return tf.tidy(() => {
      const pooled = this.bert.encode(inputs, { run }).pooledOutput as tf.Tensor2D; // [B, D]
      return linear(this.layer(NEXT_SENTENCE), pooled);
    });
  }

  /**
   * Cross-entropy, the mean over the batch. Shape and type of the labels are checked here, their values by `lossWeight`
   * alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: NextSentenceBatch, run?: TrainingRun): tf.Scalar {
    checkLabelTensor('labels', batch.labels, [batch.inputIds.shape[0]]);
    return tf.tidy(() => softmaxCrossEntropy(this.logits(batch, run), batch.labels));
  }

  /**
   * Loss and probabilities without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: NextSentenceBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    checkLabelTensor('labels', batch.labels, [batch.inputIds.shape[0]]);
    return tf.tidy(() => {
      const logits = this.logits(batch);
      return { loss: softmaxCrossEntropy(logits, batch.labels), predictions: tf.softmax(logits) };
    });
  }

  /**
   * What the loss of a batch is divided by: its pairs. Reads the labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight({ labels, inputIds }: NextSentenceBatch): number {
    checkNextSentenceLabels('labels', labels, inputIds.shape[0]);
    return inputIds.shape[0];
  }

  /**
   * Probabilities, without dropout: that the second text follows, and that it does not.
   * @returns [B, 2] float32, rows sum to 1; caller disposes
   */
  predict(inputs: BertInputs): tf.Tensor2D {
    return tf.tidy(() => tf.softmax(this.logits(inputs)));
  }

  /** What predictions are compared with: the batch's own tensor, which stays the caller's. */
  labels(batch: NextSentenceBatch): tf.Tensor {
    return batch.labels;
  }
}
