import {
  type Bert,
  type BertConfig,
  type BertInputs,
  createParameters,
  resizeTokenEmbeddings,
  type ResizeTokenEmbeddingsOptions,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { TaskHead } from '../task-head.js';
import { type TokenCandidate, topCandidates } from './candidates.js';
import {
  checkMaskedTensors,
  countMaskedTokens,
  maskedLabels,
  type MaskedLanguageModelBatch,
  type MaskedPositions,
  maskedRows,
} from './masked-tokens.js';
import {
  likeliestTokens,
  maskedTokenLoss,
  predictionParameters,
  requireTiedDecoder,
  vocabularyLogits,
} from './prediction-layer.js';
import { resizedPredictions } from './resize-predictions.js';

const layout = (config: BertConfig): HeadLayout => ({
  architecture: 'BertForMaskedLM',
  pooler: false,
  parameters: predictionParameters(config),
});

/**
 * Masked language model: which token stood where `[MASK]` is. A dense layer, an activation and a layer normalisation on
 * each token's hidden state, then a decoder tied to the word embeddings. Has the shape `@bertune/train` asks of a
 * trainable model.
 */
export class MaskedLanguageModel extends TaskHead {
  /** rows of predictions and labels have a column for each token: batches of other lengths have other widths */
  readonly rowsHaveTokens = true;

  /**
   * @param bert encoder, with or without pooler; the model takes it over
   * @param head `cls.predictions.*`; taken over
   */
  constructor(bert: Bert, head: ReadonlyMap<string, tf.Variable>) {
    super(bert, head, { pooler: false });
  }

  /**
   * A masked language model with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   */
  static fromEncoder(bert: Bert, options: { readonly seed?: number | undefined } = {}): MaskedLanguageModel {
    const { parameters } = layout(bert.config);
    return new MaskedLanguageModel(bert, createParameters(parameters, bert.config, options.seed ?? 0));
  }

  /**
   * Loads a masked language model, or one of pre-training without its other head, from a folder in Hugging Face's layout
   * or a checkpoint of TensorFlow. On an encoder alone: `allowMissing: ['cls.predictions']`.
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a decoder that is not tied
   */
  static async fromPretrained(source: string, options: LoadHeadOptions = {}): Promise<MaskedLanguageModel> {
    const { directory, pretrained } = await openPretrained(source, options);
    requireTiedDecoder(pretrained);
    const { bert, own } = await loadHead(directory, pretrained, layout(pretrained.config), options);
    return new MaskedLanguageModel(bert, own);
  }

  /**
   * Saves the model as a folder that `transformers` opens as `BertForMaskedLM`.
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
  resizeTokenEmbeddings(size: number, options: ResizeTokenEmbeddingsOptions = {}): MaskedLanguageModel {
    const own = new Map([...this.parameters].filter(([name]) => name.startsWith('cls.')));
    const bert = resizeTokenEmbeddings(this.bert, size, options);
    return new MaskedLanguageModel(bert, resizedPredictions(own, size));
  }

  /**
   * Raw scores of every token of the vocabulary.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, T, V] float32, or [B, P, V] with `maskedPositions`; caller disposes
   */
  logits(inputs: BertInputs & MaskedPositions, run?: TrainingRun): tf.Tensor3D {
    return tf.tidy(() => {
      const rows = this.rowLogits(inputs, run);
      const [batch] = inputs.inputIds.shape;
      return tf.reshape(rows, [batch, rows.shape[0] / batch, rows.shape[1]]);
    });
  }

  /**
   * Cross-entropy, the mean over the batch's tokens to predict; 0 where there are none. Shape and type of the labels are
   * checked here, their values by `lossWeight` alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: MaskedLanguageModelBatch, run?: TrainingRun): tf.Scalar {
    checkMaskedTensors(batch);
    return tf.tidy(() => maskedTokenLoss(this.rowLogits(batch, run), maskedLabels(batch)));
  }

  /**
   * Loss and predictions without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: MaskedLanguageModelBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    checkMaskedTensors(batch);
    return tf.tidy(() => {
      const logits = this.rowLogits(batch);
      const loss = maskedTokenLoss(logits, maskedLabels(batch));
      return { loss, predictions: likeliestTokens(logits, batch.inputIds.shape[0]) };
    });
  }

  /**
   * What the loss of a batch is divided by: its tokens to predict. Reads labels and positions and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight(batch: MaskedLanguageModelBatch): number {
    return countMaskedTokens(batch, this.bert.config.vocabSize);
  }

  /**
   * The likeliest token at each place, without dropout.
   * @returns ids as float32, [B, T], or [B, P] with `maskedPositions`; caller disposes
   */
  predict(inputs: BertInputs & MaskedPositions): tf.Tensor2D {
    return tf.tidy(() => likeliestTokens(this.rowLogits(inputs), inputs.inputIds.shape[0]));
  }

  /** What predictions are compared with, -100 where nothing is: the batch's own tensor, which stays the caller's. */
  labels(batch: MaskedLanguageModelBatch): tf.Tensor {
    return maskedLabels(batch);
  }

  /**
   * What may stand at the given places, the likeliest first.
   * @param inputs.maskedPositions [B, P] int32: usually where `[MASK]` is
   * @param options.count candidates for each; default 5
   * @returns of each text, of each place
   */
  async fillMask(
    inputs: BertInputs & Required<MaskedPositions>,
    { count = 5 }: { readonly count?: number | undefined } = {},
  ): Promise<TokenCandidate[][][]> {
    const logits = this.logits(inputs);
    try {
      return await topCandidates(logits, count);
    } finally {
      logits.dispose();
    }
  }

  private rowLogits(inputs: BertInputs & MaskedPositions, run?: TrainingRun): tf.Tensor2D {
    const { lastHiddenState } = this.bert.encode(inputs, { run });
    const rows = maskedRows(lastHiddenState, inputs.maskedPositions);
    return vocabularyLogits(this.parameters, this.bert.config, rows);
  }
}
