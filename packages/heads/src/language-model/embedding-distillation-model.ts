import {
  type Bert,
  type BertConfig,
  type BertInputs,
  createParameters,
  linear,
  linearParameters,
  type SavePretrainedOptions,
  type TrainingRun,
} from '@bertune/bert';
import * as tf from '@tensorflow/tfjs';

import { checkLabelTensor, readLabels } from '../label-checks.js';
import { normalizeRows } from '../embeddings/pooling.js';
import { HeadError } from '../errors.js';
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
import {
  likeliestTokens,
  predictionParameters,
  requireTiedDecoder,
  vocabularyLogits,
} from './prediction-layer.js';

/** Name of the layer in checkpoints: from the pooled output to the teacher's width. */
const PROJECTION = 'cls.distillation';

/** Texts with masked tokens, and what the teacher makes of each without masks. The caller keeps and disposes every tensor. */
export type EmbeddingDistillationBatch = MaskedLanguageModelBatch &
  MaskedPerText & {
    /** [B, E] float32: the teacher's sentence embeddings */
    readonly teacherEmbeddings: tf.Tensor2D;
  };

/** What a distillation is made with. */
export interface EmbeddingDistillationOptions {
  /** E, width of the teacher's embeddings */
  readonly embeddingSize: number;
  /** What the loss of the masked tokens is multiplied with; default 0.1 */
  readonly maskedWeight?: number | undefined;
}

/** Scores of the masked tokens, and embeddings; the caller disposes them. */
export type EmbeddingDistillationOutput = {
  /** [N, V] float32, row by row of [B, T] or [B, P] */
  readonly tokens: tf.Tensor2D;
  /** [B, E] float32: what the student takes the teacher's embeddings for */
  readonly embeddings: tf.Tensor2D;
};

const layout = (config: BertConfig, embeddingSize: number): HeadLayout => ({
  architecture: 'BertForMaskedLM',
  pooler: true,
  parameters: new Map([
    ...predictionParameters(config),
    ...linearParameters(PROJECTION, config.hiddenSize, embeddingSize),
  ]),
});

/**
 * A BERT that learns from another one, the teacher, without labels: a dense layer on its pooled output is to give the
 * teacher's embedding of the sentence, by the mean squared error (as arXiv:2004.09813 has it), while a masked language model
 * goes on beside it. Embeddings are best of components about 1: those of length 1 times the root of E. Texts may be of another vocabulary than the teacher's. Has the shape `@bertune/train` asks of a
 * trainable model.
 */
export class EmbeddingDistillationModel extends TaskHead {
  /** rows of predictions and labels have a column for each token: batches of other lengths have other widths */
  readonly rowsHaveTokens = true;
  private readonly embeddingSize: number;
  private readonly maskedWeight: number;

  /**
   * @param bert encoder with a pooler; the model takes it over
   * @param head `cls.predictions.*` and `cls.distillation.*`; taken over
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  constructor(bert: Bert, head: ReadonlyMap<string, tf.Variable>, options: EmbeddingDistillationOptions) {
    super(bert, head, { pooler: true });
    checkOptions(options);
    this.embeddingSize = options.embeddingSize;
    this.maskedWeight = options.maskedWeight ?? 0.1;
  }

  /**
   * A model with new heads on an encoder.
   * @param options.seed of the heads' initial weights; default 0
   * @throws HeadError `no-pooler`, `invalid-options`
   */
  static fromEncoder(
    bert: Bert,
    options: EmbeddingDistillationOptions & { readonly seed?: number | undefined },
  ): EmbeddingDistillationModel {
    requirePooler(bert);
    checkOptions(options);
    const { parameters } = layout(bert.config, options.embeddingSize);
    const head = createParameters(parameters, bert.config, options.seed ?? 0);
    return new EmbeddingDistillationModel(bert, head, options);
  }

  /**
   * Loads a model from a folder in Hugging Face's layout or a checkpoint of TensorFlow. Of one that has not been distilled
   * before: `allowMissing: ['cls.distillation']`, and `'pooler'` where it lacks that.
   * @throws ConfigError, CheckpointError; HeadError `wrong-task` for a decoder that is not tied, `invalid-options`
   */
  static async fromPretrained(
    source: string,
    options: EmbeddingDistillationOptions & LoadHeadOptions,
  ): Promise<EmbeddingDistillationModel> {
    checkOptions(options);
    const { embeddingSize, maskedWeight, ...loading } = options;
    const { directory, pretrained } = await openPretrained(source, loading);
    requireTiedDecoder(pretrained);
    const { bert, own } = await loadHead(
      directory,
      pretrained,
      layout(pretrained.config, embeddingSize),
      loading,
    );
    return new EmbeddingDistillationModel(bert, own, { embeddingSize, maskedWeight });
  }

  /**
   * Saves the model as a folder that `transformers` opens as `BertForMaskedLM`, or with its pooler as `BertModel`; the
   * layer to the teacher's width stands beside them.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveHead(directory, this, layout(this.bert.config, this.embeddingSize), {}, options);
  }

  /**
   * Scores of the masked tokens and embeddings, from one run of the encoder.
   * @param run the training step whose dropout masks apply; absent in evaluation
   */
  outputs(inputs: BertInputs & MaskedPositions, run?: TrainingRun): EmbeddingDistillationOutput {
    return tf.tidy(() => {
      const { lastHiddenState, pooledOutput } = this.bert.encode(inputs, { run });
      const rows = maskedRows(lastHiddenState, inputs.maskedPositions);
      return {
        tokens: vocabularyLogits(this.parameters, this.bert.config, rows),
        embeddings: linear(this.layer(PROJECTION), pooledOutput as tf.Tensor2D),
      };
    });
  }

  /**
   * Mean squared error of the embeddings, over texts and components, and `maskedWeight` times the loss of the masked
   * tokens.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: EmbeddingDistillationBatch, run?: TrainingRun): tf.Scalar {
    this.checkTensors(batch);
    return tf.tidy(() => this.lossOfOutputs(this.outputs(batch, run), batch));
  }

  /**
   * Loss and predictions without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: EmbeddingDistillationBatch): { loss: tf.Scalar; predictions: tf.Tensor2D } {
    this.checkTensors(batch);
    return tf.tidy(() => {
      const outputs = this.outputs(batch);
      return { loss: this.lossOfOutputs(outputs, batch), predictions: predictionsOf(outputs, batch) };
    });
  }

  /**
   * What losses are weighed by: the texts of the batch (see `MaskedPerText`). Reads all labels and checks them.
   * @throws HeadError `invalid-labels`
   */
  lossWeight(batch: EmbeddingDistillationBatch): number {
    const [examples] = batch.inputIds.shape;
    countMaskedTokens(batch, this.bert.config.vocabSize);
    this.checkTensors(batch);
    readLabels('teacherEmbeddings', batch.teacherEmbeddings, 'finite numbers', Number.isFinite);
    checkMaskedPerText(batch, true);
    return examples;
  }

  /**
   * Predictions without dropout: in the first column the cosine similarity of student's and teacher's embedding, in the
   * others the likeliest token at each place.
   * @returns float32 [B, 1 + T], or [B, 1 + P] with `maskedPositions`; caller disposes
   */
  predict(
    inputs: BertInputs & MaskedPositions & Pick<EmbeddingDistillationBatch, 'teacherEmbeddings'>,
  ): tf.Tensor2D {
    return tf.tidy(() => predictionsOf(this.outputs(inputs), inputs));
  }

  /**
   * What predictions are compared with: similarity 1, and the tokens, -100 where nothing is predicted.
   * @returns float32, of the shape of the predictions; caller disposes
   */
  labels(batch: EmbeddingDistillationBatch): tf.Tensor2D {
    return tf.tidy(() => {
      const alike = tf.ones([batch.inputIds.shape[0], 1]) as tf.Tensor2D;
      return tf.concat([alike, tf.cast(maskedLabels(batch), 'float32')], 1);
    });
  }

  private lossOfOutputs(
    { tokens, embeddings }: EmbeddingDistillationOutput,
    batch: EmbeddingDistillationBatch,
  ): tf.Scalar {
    const squaredError: tf.Scalar = tf.mean(tf.square(tf.sub(embeddings, batch.teacherEmbeddings)));
    return tf.add(squaredError, tf.mul(averagedMaskedLoss(tokens, batch), this.maskedWeight));
  }

  private checkTensors(batch: EmbeddingDistillationBatch): void {
    checkMaskedTensors(batch);
    const [texts] = batch.inputIds.shape;
    checkLabelTensor('teacherEmbeddings', batch.teacherEmbeddings, [texts, this.embeddingSize], 'float32');
    checkMaskedPerText(batch, false);
  }
}

function predictionsOf(
  { tokens, embeddings }: EmbeddingDistillationOutput,
  { teacherEmbeddings }: Pick<EmbeddingDistillationBatch, 'teacherEmbeddings'>,
): tf.Tensor2D {
  const [batch] = embeddings.shape;
  const product = tf.mul(normalizeRows(embeddings), normalizeRows(teacherEmbeddings));
  const similarities: tf.Tensor2D = tf.sum(product, 1, true);
  return tf.concat([similarities, likeliestTokens(tokens, batch)], 1);
}

function checkOptions({ embeddingSize, maskedWeight = 0 }: EmbeddingDistillationOptions): void {
  const problems: string[] = [];
  if (!(Number.isInteger(embeddingSize) && embeddingSize >= 1))
    problems.push(`embeddingSize: expected an integer of at least 1, found ${embeddingSize}`);
  if (!(maskedWeight >= 0 && maskedWeight < Infinity))
    problems.push(`maskedWeight: expected a number of at least 0, found ${maskedWeight}`);
  if (problems.length > 0)
    throw new HeadError('invalid-options', `EmbeddingDistillationModel: ${problems.join('; ')}.`);
}
