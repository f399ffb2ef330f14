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
import { softmaxCrossEntropy } from '../losses/softmax-cross-entropy.js';
import { type HeadLayout, loadHead, type LoadHeadOptions, openPretrained, saveHead } from '../pretrained.js';
import { TaskHead } from '../task-head.js';

/** Questions with their contexts, and where the answers are. The caller keeps and disposes every tensor. */
export type QuestionAnsweringBatch = BertInputs & {
  /** [B] int32: first token of the answer; from T on it does not count, below 0 is 0, both as Hugging Face */
  readonly startPositions: tf.Tensor1D;
  /** [B] int32: last token of the answer, itself included */
  readonly endPositions: tf.Tensor1D;
};

const OUTPUTS = 'qa_outputs';

const layout = ({ hiddenSize }: BertConfig): HeadLayout => ({
  architecture: 'BertForQuestionAnswering',
  pooler: false,
  parameters: linearParameters(OUTPUTS, hiddenSize, 2),
});

/**
 * Extractive question answering: of each token, a score for being the first and one for being the last of the answer. A
 * dense layer on the hidden states, without dropout. Has the shape `@bertune/train` asks of a trainable model;
 * `answerPositions` makes its labels, `decodeAnswers` reads its predictions.
 */
export class QuestionAnswerer extends TaskHead {
  /** rows of predictions have a column for each token: batches of other lengths have other widths */
  readonly rowsHaveTokens = true;

  /**
   * @param bert encoder, with or without pooler; the model takes it over
   * @param head `qa_outputs.weight` [D, 2] and `qa_outputs.bias` [2]; taken over
   */
  constructor(bert: Bert, head: ReadonlyMap<string, tf.Variable>) {
    super(bert, head, { pooler: false });
  }

  /**
   * A model with a new head on an encoder.
   * @param options.seed of the head's initial weights; default 0
   */
  static fromEncoder(bert: Bert, options: { readonly seed?: number | undefined } = {}): QuestionAnswerer {
    const { parameters } = layout(bert.config);
    return new QuestionAnswerer(bert, createParameters(parameters, bert.config, options.seed ?? 0));
  }

  /**
   * Loads a model from a folder in Hugging Face's layout, or what Google's `run_squad.py` saved. On an encoder alone:
   * `allowMissing: ['qa_outputs']`.
   * @throws ConfigError, CheckpointError
   */
  static async fromPretrained(source: string, options: LoadHeadOptions = {}): Promise<QuestionAnswerer> {
    const { directory, pretrained } = await openPretrained(source, options);
    const { bert, own } = await loadHead(directory, pretrained, layout(pretrained.config), options);
    return new QuestionAnswerer(bert, own);
  }

  /**
   * Saves the model as a folder that `transformers` opens as `BertForQuestionAnswering`.
   * @throws CheckpointError `write-failed`, `value-out-of-range`, `not-supported`
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    await saveHead(directory, this, layout(this.bert.config), {}, options);
  }

  /**
   * Raw scores of each token.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns [B, T, 2] float32: as first, as last token of the answer; caller disposes
   */
  logits(inputs: BertInputs, run?: TrainingRun): tf.Tensor3D {
    return tf.tidy(() => {
      const { lastHiddenState } = this.bert.encode(inputs, { run });
      const [batch, length, width] = lastHiddenState.shape;
      const rows: tf.Tensor2D = tf.reshape(lastHiddenState, [batch * length, width]);
      return tf.reshape(linear(this.layer(OUTPUTS), rows), [batch, length, 2]);
    });
  }

  /**
   * Half the sum of two cross-entropies over the tokens: of the first and of the last of the answer, each the mean over
   * the positions that count. Shape and type of the positions are checked here, their values by `lossWeight` alone.
   * @param run the training step whose dropout masks apply; absent in evaluation
   * @returns scalar float32, differentiable; caller disposes
   */
  loss(batch: QuestionAnsweringBatch, run?: TrainingRun): tf.Scalar {
    checkTensors(batch);
    return tf.tidy(() => lossOfLogits(this.logits(batch, run), batch));
  }

  /**
   * Loss and scores without dropout, from one run of the encoder.
   * @returns loss: scalar float32; predictions: as `predict`; the caller disposes both
   */
  lossAndPredictions(batch: QuestionAnsweringBatch): { loss: tf.Scalar; predictions: tf.Tensor3D } {
    checkTensors(batch);
    return tf.tidy(() => {
      const predictions = this.logits(batch);
      return { loss: lossOfLogits(predictions, batch), predictions };
    });
  }

  /**
   * What the loss of a batch is divided by: the positions that count, halved. Accumulation is exact where the first and
   * the last token of an answer both count or neither does, as `answerPositions` makes them. Reads the positions and
   * checks them.
   * @throws HeadError `invalid-labels` for an end before its start
   */
  lossWeight(batch: QuestionAnsweringBatch): number {
    checkTensors(batch);
    const { startPositions, endPositions, inputIds } = batch;
    const starts = startPositions.dataSync();
    const expected = 'the last token at or after the first';
    const ends = readLabels('endPositions', endPositions, expected, (end, example) => end >= starts[example]);
    return [...starts, ...ends].filter((position) => position < inputIds.shape[1]).length / 2;
  }

  /**
   * Scores, as `logits` without dropout: `decodeAnswers` makes answers of them.
   * @returns [B, T, 2] float32; caller disposes
   */
  predict(inputs: BertInputs): tf.Tensor3D {
    return this.logits(inputs);
  }

  /**
   * What predictions are compared with: first and last token.
   * @returns [B, 2] int32; caller disposes
   */
  labels({ startPositions, endPositions }: QuestionAnsweringBatch): tf.Tensor2D {
    return tf.stack([startPositions, endPositions], 1) as tf.Tensor2D;
  }
}

function checkTensors({ startPositions, endPositions, inputIds }: QuestionAnsweringBatch): void {
  checkLabelTensor('startPositions', startPositions, [inputIds.shape[0]]);
  checkLabelTensor('endPositions', endPositions, [inputIds.shape[0]]);
}

function lossOfLogits(logits: tf.Tensor3D, batch: QuestionAnsweringBatch): tf.Scalar {
  const [rows, length] = logits.shape;
  const losses = [batch.startPositions, batch.endPositions].map((positions, side) => {
    const ofTokens: tf.Tensor2D = tf.reshape(tf.slice(logits, [0, 0, side], [rows, length, 1]), [
      rows,
      length,
    ]);
    // Hugging Face clamps to [0, T] and leaves out what is T then.
    const clamped = tf.minimum(tf.relu(positions), tf.scalar(length, 'int32')) as tf.Tensor1D;
    return softmaxCrossEntropy(ofTokens, clamped, { ignoredLabel: length });
  });
  return tf.mul(tf.add(losses[0], losses[1]), 0.5);
}
