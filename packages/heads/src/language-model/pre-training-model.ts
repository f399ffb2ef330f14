import {
  type Bert,
  type BertConfig,
  type BertInputs,
  createParameters,
  linear,
  resizeTokenEmbeddings,
  type ResizeTokenEmbeddingsOptions,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { checkLabelTensor } from '../label-checks.js';
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { requirePooler, TaskHead } from '../task-head.js';
import {
  checkMaskedTensors,
  countMaskedTokens,
  maskedLabels,
  type MaskedLanguageModelBatch,
  type MaskedPositions,
  maskedRows,
} from './masked-tokens.js';
import { averagedMaskedLoss, checkMaskedPerText, type MaskedPerText } from './masked-per-text.js';
import { checkNextSentenceLabels, NEXT_SENTENCE, nextSentenceParameters } from './next-sentence-layer.js';
import {
  likeliestTokens,
  predictionParameters,
  requireTiedDecoder,
  vocabularyLogits,
} from './prediction-layer.js';
import { resizedPredictions } from './resize-predictions.js';

/** Pairs of texts with masked tokens, for both tasks at once. The caller keeps and disposes every tensor. */
export type PreTrainingBatch = MaskedLanguageModelBatch &
  MaskedPerText & {
    /** [B] int32: 0 where the second text follows the first, 1 where it does not */
    readonly nextSentenceLabels: tf.Tensor1D;
  };

const layout = (config: BertConfig): HeadLayout => ({
  architecture: 'BertForPreTraining',
  pooler: true,
  parameters: new Map([...predictionParameters(config), ...nextSentenceParameters(config)]),
});

/** Scores of both tasks; the caller disposes them. */
export type PreTrainingLogits = {
  /** [N, V] float32, row by row of [B, T] or [B, P] */
  readonly tokens: tf.Tensor2D;
  /** [B, 2] float32 */
  readonly nextSentence: tf.Tensor2D;
};

/**
 * What BERT is pre-trained as: a masked language model and next sentence prediction on one encoder, the sum of their
 * losses (arXiv:1810.04805). Has the shape `@bertune/train` asks of a trainable model.
 */
export class PreTrainingModel extends TaskHead {
  /** rows of predictions and labels have a column for each token: batches of other lengths have other widths */
  readonly rowsHaveTokens = true;

  /**
   * @param bert encoder with a pooler; the model takes it over
   * @param head `cls.predictions.*` and `cls.seq_relationship.*`; taken over
   * @throws HeadError `no-pooler`
   */
  constructor(bert: Bert, head: ReadonlyMap<string, tf.Variable>) {
    super(bert, head, { pooler: true });
  }

  /**
   * A model with new heads on an encoder.
   * @param options.seed of the heads' initial weights; default 0
   * @throws HeadError `no-pooler`
   */
  static fromEncoder(bert: Bert, options: { readonly seed?: number | undefined } = {}): PreTrainingModel {
    requirePooler(bert);
    const { parameters } = layout(bert.config);
    return new PreTrainingModel(bert, createParameters(parameters, bert.config, options.seed ?? 0));
  }

  /**
   * Loads a model from a folder in Hugging Face's layout or a checkpoint of TensorFlow, such as BERT's own. Of an encoder
   * without heads: `allowMissing: ['cls']`.
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a decoder that is not tied
   */
  static async fromPretrained(source: string, options: LoadHeadOptions = {}): Promise<PreTrainingModel> {
    const { directory, pretrained } = await openPretrained(source, options);
    requireTiedDecoder(pretrained);
    const { bert, own } = await loadHead(directory, pretrained, layout(pretrained.config), options);
    return new PreTrainingModel(bert, own);
  }

  /**
   * Saves the model as a folder that `transformers` opens as `BertForPreTraining`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveHead(directory, this, layout(this.bert.config), {}, options);
  }

  /**
   * The model with another number of tokens: rows of the word embeddings, to which the decoder is tied, and the decoder's
   * bias. This one is taken over by the one returned.
   * @throws as `resizeTokenEmbeddings` of `@bertune/bert`; nothing has changed then
   */
  resizeTokenEmbeddings(size: number, options: ResizeTokenEmbeddingsOptions = {}): PreTrainingModel {
    const own = new Map([...this.parameters].filter(([name]) => name.startsWith('cls.')));
    const bert = resizeTokenEmbeddings(this.bert, size, options);
    return new PreTrainingModel(bert, resizedPredictions(own, size));
  }

  /**
   * Raw scores of both tasks, from one run of the encoder.
   * @param run the training step whose dropout masks apply; absent in evaluation
   */
  logits(inputs: BertInputs & MaskedPositions, run?: TrainingRun): PreTrainingLogits {
    return tf.tidy(() => {
      const { lastHiddenState, pooledOutput } = this.bert.encode(inputs, { run });
      const rows = maskedRows(lastHiddenState, inputs.maskedPositions);
      return {
        tokens: vocabularyLogits(this.parameters, this.bert.config, rows),
        nextSentence: linear(this.layer(NEXT_SENTENCE), pooledOutput as tf.Tensor2D),
      };
    });
  }

  /**
   * Sum of the two losses, each a mean of its own: over the tokens to predict, and over the pairs.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: PreTrainingBatch, run?: TrainingRun): tf.Scalar {
    checkTensors(batch);
    return tf.tidy(() => lossOfLogits(this.logits(batch, run), batch));
  }

  /**
   * Loss and predictions without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: PreTrainingBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    checkTensors(batch);
    return tf.tidy(() => {
      const logits = this.logits(batch);
      return { loss: lossOfLogits(logits, batch), predictions: predictionsOf(logits) };
    });
  }

  /**
   * What losses are weighed by: the pairs of the batch (see `MaskedPerText`). Reads all labels and
   * checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight(batch: PreTrainingBatch): number {
    const [examples] = batch.inputIds.shape;
    countMaskedTokens(batch, this.bert.config.vocabSize);
    checkNextSentenceLabels('nextSentenceLabels', batch.nextSentenceLabels, examples);
    checkMaskedPerText(batch, true);
    return examples;
  }

  /**
   * Predictions of both tasks, without dropout: in the first column 0 or 1 as `nextSentenceLabels`, in the others the
   * likeliest token at each place.
   * @returns float32 [B, 1 + T], or [B, 1 + P] with `maskedPositions`; caller disposes
   */
  predict(inputs: BertInputs & MaskedPositions): tf.Tensor2D {
    return tf.tidy(() => predictionsOf(this.logits(inputs)));
  }

  /**
   * What predictions are compared with, -100 where nothing is.
   * @returns int32, of the shape of the predictions; caller disposes
   */
  labels(batch: PreTrainingBatch): tf.Tensor2D {
    return tf.tidy(() => {
      const next: tf.Tensor2D = tf.reshape(batch.nextSentenceLabels, [-1, 1]);
      return tf.concat([next, maskedLabels(batch)], 1);
    });
  }
}

function checkTensors(batch: PreTrainingBatch): void {
  checkMaskedTensors(batch);
  const [texts] = batch.inputIds.shape;
  checkLabelTensor('nextSentenceLabels', batch.nextSentenceLabels, [texts]);
  checkMaskedPerText(batch, false);
}

function lossOfLogits({ tokens, nextSentence }: PreTrainingLogits, batch: PreTrainingBatch): tf.Scalar {
  const ofPairs = softmaxCrossEntropy(nextSentence, batch.nextSentenceLabels);
  return tf.add(averagedMaskedLoss(tokens, batch), ofPairs);
}

function predictionsOf({ tokens, nextSentence }: PreTrainingLogits): tf.Tensor2D {
  const [batch] = nextSentence.shape;
  const next: tf.Tensor2D = tf.reshape(tf.cast(tf.argMax(nextSentence, 1), 'float32'), [batch, 1]);
  return tf.concat([next, likeliestTokens(tokens, batch)], 1);
}
